"""Where the Pulumi engine comes from, and how its command line is run."""

from automation.engine.find import find_engine
from automation.engine.model import Engine

__all__ = ["Engine", "find_engine"]
