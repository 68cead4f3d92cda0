"""Reads the queues and the log of a stack into an `Observation`. Judges nothing."""
