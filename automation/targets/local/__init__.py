"""The local target: an emulator, its supervisor, and the provider plugin that serves it."""
