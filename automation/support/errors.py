"""Every error that the automation raises, in one tree.

Each error says what happened and where; its `hint` gives the next step, and its `exit_code` is that
of `python -m automation`. This module imports nothing slow: it is needed before anything else.
"""

from __future__ import annotations

import signal
from typing import ClassVar


class AutomationError(Exception):
    """Base class: what happened and where, and what to do about it.

    Args:
        message: What happened and where: one sentence without a full stop.
        hint: The next step for the reader; empty when there is none.
    """

    exit_code: ClassVar[int] = 3
    outcome: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(AutomationError):
    """Arguments, options or files of the user are wrong; nothing was started."""

    exit_code = 2


class ScenarioError(UsageError):
    """A scenario file is not valid."""


class AccessError(UsageError):
    """AWS credentials, the region or the state backend cannot be used; nothing was started."""


class Interrupted(BaseException):
    """A signal asked the command to end.

    It is not an `Exception`, so that no library's `except Exception` swallows it.
    """

    outcome: ClassVar[str] = "interrupted"

    def __init__(self, signum: int, name: str) -> None:
        super().__init__(f"interrupted by {name}")
        self.signum = signum

    @property
    def exit_code(self) -> int:
        """As in a shell: 129 for SIGHUP, 130 for SIGINT, 143 for SIGTERM; 124 for a timeout."""
        return 124 if self.signum == signal.SIGALRM else 128 + self.signum


class ChildFailedError(AutomationError):
    """A program that was run to its end failed, did not end in time, or could not be run."""


class SourceFailedError(AutomationError):
    """One source of an engine failed; the message says why, in one line. The next one is tried."""


class EngineUnavailableError(AutomationError):
    """No Pulumi engine was found, and no source could provide one."""


class PluginUnavailableError(AutomationError):
    """The vendor's provider plugin is not installed, and could not be downloaded."""


class EngineFailedError(AutomationError):
    """An operation of the Pulumi engine failed."""


class CommandFailedError(EngineFailedError):
    """A command of the engine ended with an error; the message is what it wrote to stderr."""


class StackLockedError(EngineFailedError):
    """Another operation holds the stack's lock."""


class StackExistsError(EngineFailedError):
    """A stack of that name exists already."""


class StackMissingError(EngineFailedError):
    """No stack of that name exists in the backend."""


class OutputsError(AutomationError):
    """A stack does not export what the automation needs to know."""


class DestroyFailedError(AutomationError):
    """A stack could not be destroyed. Its state is kept, and the hint says how to finish."""


class EmulatorError(AutomationError):
    """The emulator did not start, did not respond, or ended unexpectedly."""


class SupervisorEndedError(EmulatorError):
    """The emulator's supervisor ended or hangs; the emulator itself may be running."""


class HostError(AutomationError):
    """The operating system refused an operation on a file or a process."""

    @classmethod
    def of(cls, error: OSError) -> HostError:
        """Wrap the error of a system call that no caller could explain better."""
        return cls(
            f"the operating system refused an operation: {error}",
            hint="check free disk space, permissions and `ulimit -a`",
        )


class WaitTimeoutError(AutomationError):
    """A condition did not become true before the deadline."""


class NotFoundError(AutomationError):
    """What was asked for does not exist, or nothing is known of it."""


class ObserveError(AutomationError):
    """AWS or the emulator refused a call, or could not be reached."""


class UnreadError(ObserveError):
    """A queue holds too many messages to read while all that were read are hidden."""
