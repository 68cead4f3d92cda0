"""A general, lightweight `aws` provider plugin for an AWS emulator on this machine."""
