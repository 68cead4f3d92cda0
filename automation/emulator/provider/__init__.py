"""An `aws` provider plugin for an emulator on loopback: general, and light to start."""
