"""Finds or installs the Pulumi engine, and runs the programs that this takes."""

from automation.engine.find import find_engine
from automation.engine.model import Engine

__all__ = ["Engine", "find_engine"]
