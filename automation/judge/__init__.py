"""Judging a run: observations in, checks and a verdict out; no I/O."""
