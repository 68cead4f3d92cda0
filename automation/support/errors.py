"""Every error the automation raises, in one tree.

Each says what happened and where, and its `hint` the next step; each carries the exit code that
`python -m automation` ends with. Nothing here imports anything heavy: the tree is there before the
first slow import.
"""

from __future__ import annotations

from typing import ClassVar


class AutomationError(Exception):
    """What happened and where, in one sentence, and what to do about it.

    Args:
        message: What happened, to whom, in a sentence without a full stop.
        hint: The next step for the person who reads it; empty when there is none.
    """

    exit_code: ClassVar[int] = 3
    outcome: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(AutomationError):
    """The command was given something it cannot work with; nothing was started."""

    exit_code = 2


class ScenarioError(UsageError):
    """A scenario file does not say what a scenario must say."""


class Interrupted(BaseException):
    """A signal asked the command to end.

    Not an `Exception`: no library's `except Exception` may swallow it, wherever it strikes.
    """

    outcome: ClassVar[str] = "interrupted"

    def __init__(self, signum: int, name: str) -> None:
        super().__init__(f"interrupted by {name}")
        self.signum = signum

    @property
    def exit_code(self) -> int:
        """What a shell expects after a signal: 130 for SIGINT, 143 for SIGTERM."""
        return 128 + self.signum


class EngineUnavailableError(AutomationError):
    """No Pulumi engine was found, and none of the ways to get one worked."""


class EngineFailedError(AutomationError):
    """The Pulumi engine ended an operation with an error."""


class StackLockedError(EngineFailedError):
    """Another operation holds the stack's lock."""


class StackExistsError(EngineFailedError):
    """A stack of that name is there already."""


class StackMissingError(EngineFailedError):
    """No stack of that name exists in the backend."""


class DestroyFailedError(AutomationError):
    """A stack could not be destroyed: its state is kept, and the hint says how to finish."""


class EmulatorError(AutomationError):
    """The emulator did not start, did not answer or ended by itself."""


class HostError(AutomationError):
    """This machine refused a file, a folder or a process."""

    @classmethod
    def of(cls, error: OSError) -> HostError:
        """The error of a system call that nobody nearer to it knew how to explain."""
        return cls(
            f"this machine refused a file or a process: {error}",
            hint="look at the free space of the disk, at permissions, and at `ulimit -a`",
        )


class WaitTimeoutError(AutomationError):
    """A condition did not become true before its deadline."""


class ObserveError(AutomationError):
    """AWS, or the emulator, refused a read or a write that the run needs."""
