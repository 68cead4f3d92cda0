"""What a `QueueConsumer` is made from, and the error that says what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

VISIBILITY_PER_TIMEOUT = 6
"""AWS's advice: it leaves Lambda time to try a throttled batch again before SQS does."""


class ArgumentsError(ValueError):
    """A `QueueConsumer` was asked for what AWS would refuse; nothing of it was deployed.

    Attributes:
        problems: A sentence for each argument that is wrong: what it must be, and what it is.
    """

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        super().__init__(
            f"the QueueConsumer {name!r} cannot be deployed as it is configured:"
            + "".join(f"\n  - {problem}" for problem in problems)
        )
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class QueueConsumerArgs:
    """The arguments of a `QueueConsumer`; only the function's source has no default.

    The defaults are a small, cheap consumer. Each limit is AWS's own, checked before anything is
    deployed where the value is known by then; an `Output` is left for AWS to judge.

    Attributes:
        function_source: The folder that holds the function's Python source. All of its files are
            deployed but hidden ones and compiled ones, and a link to a folder is not followed.
        handler: The module and the function that Lambda calls, as `module.function`.
        runtime: Lambda's name of the Python release, as `python3.12`.
        memory_size: Memory of the function, in MB, 128 to 10,240; processor time grows with it.
        function_timeout: Seconds that one invocation may take, 1 to 900.
        visibility_timeout: Seconds that a received message stays hidden from other receivers, up to
            43,200 and never less than `function_timeout`. When left out: six times
            `function_timeout`, as AWS advises.
        max_receive_count: Receives after which a message moves to the dead-letter queue, 1 to
            1,000.
        batch_size: Most messages that one invocation is given, 1 to 10.
        dead_letter_retention: Seconds that a dead letter is kept, counted from when it was first
            sent, 60 to 1,209,600. The default is the most that SQS allows, 14 days.
        log_retention: Days that a log line is kept, one of CloudWatch's periods. The default is as
            long as a dead letter is kept: whoever finds one still finds the reason beside it.
        tags: Tags of every resource that takes tags, at most 50.
    """

    function_source: str | os.PathLike[str]
    handler: pulumi.Input[str] = "handler.lambda_handler"
    runtime: pulumi.Input[str] = "python3.12"
    memory_size: pulumi.Input[int] = 128
    function_timeout: pulumi.Input[int] = 10
    visibility_timeout: pulumi.Input[int] | None = None
    max_receive_count: pulumi.Input[int] = 3
    batch_size: pulumi.Input[int] = 10
    dead_letter_retention: pulumi.Input[int] = 1_209_600
    log_retention: pulumi.Input[int] = 14
    tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] = field(default_factory=dict)

    @property
    def effective_visibility_timeout(self) -> pulumi.Output[int]:
        """The visibility timeout asked for, or six times the function's timeout, in seconds."""
        if self.visibility_timeout is not None:
            return pulumi.Output.from_input(self.visibility_timeout)
        return pulumi.Output.from_input(self.function_timeout).apply(
            lambda seconds: VISIBILITY_PER_TIMEOUT * seconds
        )
