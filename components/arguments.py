"""The arguments of a `QueueConsumer`, and the error for invalid ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

VISIBILITY_PER_TIMEOUT = 6
"""AWS recommends six: Lambda can retry a throttled batch before it becomes visible again."""


class ArgumentsError(ValueError):
    """The name or the arguments of a `QueueConsumer` are invalid. None of it was deployed.

    Attributes:
        problems: One sentence for each problem: the argument, what it must be, and what it is.
    """

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        super().__init__(
            f"the QueueConsumer {name!r} has invalid arguments:"
            + "".join(f"\n  - {problem}" for problem in problems)
        )
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class QueueConsumerArgs:
    """The arguments of a `QueueConsumer`. Only `function_source` is required.

    The defaults describe a small, cheap consumer. The limits are AWS's. They are checked before
    anything is deployed; only the value of an `Output`, which is not known by then, is left for AWS
    to check.

    Attributes:
        function_source: Folder with the function's Python source. All of its files are deployed,
            except hidden and compiled ones. Links to folders are not followed.
        handler: Function that Lambda calls, as `module.function`.
        runtime: Lambda runtime, `python3.10` or later.
        memory_size: Memory of the function in MB, 128 to 10,240. CPU grows in proportion.
        function_timeout: Timeout of one invocation in seconds, 1 to 900.
        visibility_timeout: Visibility timeout of the queue in seconds, from `function_timeout` to
            43,200. Default: six times `function_timeout`, as AWS recommends.
        max_receive_count: Receives of a message before SQS moves it to the dead-letter queue, 1 to
            1,000.
        batch_size: Maximum number of messages in a batch, 1 to 10.
        dead_letter_retention: Retention of the dead-letter queue in seconds, 60 to 1,209,600. SQS
            counts from when the message was first sent. Default: the maximum, 14 days.
        log_retention: Retention of the function's logs in days, one of CloudWatch's periods.
            Default: 14, as long as the default `dead_letter_retention`, so the log still says why a
            message in the dead-letter queue failed.
        tags: Tags for every resource that takes tags, at most 50.
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
        """`visibility_timeout` if it is set, else six times `function_timeout`, in seconds."""
        if self.visibility_timeout is not None:
            return pulumi.Output.from_input(self.visibility_timeout)
        return pulumi.Output.from_input(self.function_timeout).apply(
            lambda seconds: VISIBILITY_PER_TIMEOUT * seconds
        )
