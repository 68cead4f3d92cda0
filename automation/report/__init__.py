"""The result of a run, for a person and for a program."""
