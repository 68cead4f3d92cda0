"""A run's result, and how a person and a program read it."""
