"""Observing a stack: queues and log dialects in, observations out; no judging."""
