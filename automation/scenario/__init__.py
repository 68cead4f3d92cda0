"""What to send, and what must become of it."""
