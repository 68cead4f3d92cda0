"""A stack's life: configured, created, deployed, destroyed; and what it left behind."""
