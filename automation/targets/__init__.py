"""Where a stack is deployed: a real AWS account, or an emulator on this machine."""
