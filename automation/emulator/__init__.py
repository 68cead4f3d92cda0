"""The local AWS: an emulator, its supervisor, and the provider plugin for it."""
