"""The rules for several arguments together, each with its page of AWS's documentation.

What breaks a rule of `REFUSED` is refused by AWS, or loses messages. What breaks one of `WARNED`
works, but not well under load; the defaults break none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.limits import (
    AWS,
    LOGGING,
    QUEUE_ATTRIBUTES,
    VPC,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VISIBILITY_PER_TIMEOUT = 6
"""AWS recommends six: Lambda can retry a throttled batch before it becomes visible again."""
ADVISED_RECEIVES = 5
MAX_BATCH_WITHOUT_WINDOW = 10

_SQS = f"{AWS}/AWSSimpleQueueService/latest/SQSDeveloperGuide"
CONFIGURE = f"{AWS}/lambda/latest/dg/services-sqs-configure.html"
PARAMETERS = f"{AWS}/lambda/latest/dg/services-sqs-parameters.html"
SCALING = f"{AWS}/lambda/latest/dg/services-sqs-scaling.html"
DEAD_LETTERS = f"{_SQS}/sqs-dead-letter-queues.html"
DEAD_LETTER_RETENTION = f"{_SQS}/setting-up-dead-letter-queue-retention.html"
HIGH_THROUGHPUT = f"{_SQS}/high-throughput-fifo.html"
S3_DESTINATIONS = (
    f"{AWS}/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html"
)


@dataclass(frozen=True)
class Combination:
    """A rule for several arguments.

    Attributes:
        arguments: The arguments.
        holds: Whether their values, in this order, keep the rule.
        words: The message, with the values as {0}, {1} and so on.
        source: The page of AWS's documentation.
    """

    arguments: tuple[str, ...]
    holds: Callable[..., bool]
    words: str
    source: str

    def problems(self, *values: Any) -> Iterator[str]:
        """Yield what is wrong with these values."""
        if not self.holds(*values):
            yield self.words.format(*values)


def default_visibility_timeout(timeout: int, window: int) -> int:
    """Return the visibility timeout that AWS recommends, in seconds."""
    return VISIBILITY_PER_TIMEOUT * timeout + window


def _is_fifo(arn: str) -> bool:
    return arn.endswith(".fifo")


REFUSED = (
    Combination(
        ("queue.visibility_timeout_seconds", "function.timeout"),
        lambda visibility, timeout: visibility is None or visibility >= timeout,
        "queue.visibility_timeout_seconds ({0:,} s) must be at least function.timeout ({1:,} s), "
        "or SQS delivers a message again while the function processes it",
        CONFIGURE,
    ),
    Combination(
        ("mapping.batch_size", "mapping.maximum_batching_window_in_seconds"),
        lambda size, window: size <= MAX_BATCH_WITHOUT_WINDOW or window >= 1,
        "mapping.batch_size ({0:,}) must be at most 10 without a batching window: set "
        "mapping.maximum_batching_window_in_seconds to at least 1",
        PARAMETERS,
    ),
    Combination(
        ("mapping.batch_size", "queue.fifo_queue"),
        lambda size, fifo: size <= MAX_BATCH_WITHOUT_WINDOW or not fifo,
        "mapping.batch_size ({0:,}) must be at most 10 for a FIFO queue",
        PARAMETERS,
    ),
    Combination(
        ("mapping.maximum_batching_window_in_seconds", "queue.fifo_queue"),
        lambda window, fifo: window == 0 or not fifo,
        "mapping.maximum_batching_window_in_seconds ({0:,}) must be 0 for a FIFO queue",
        PARAMETERS,
    ),
    Combination(
        ("mapping.maximum_concurrency", "function.reserved_concurrent_executions"),
        lambda most, reserved: most is None or reserved is None or most <= reserved,
        "mapping.maximum_concurrency ({0:,}) must be at most "
        "function.reserved_concurrent_executions ({1:,}), or Lambda throttles the function and "
        "good messages reach the dead-letter queue",
        SCALING,
    ),
    Combination(
        (
            "dead_letter_queue.message_retention_seconds",
            "queue.message_retention_seconds",
            "dead_letter_queue.arn",
            "queue.fifo_queue",
        ),
        # For FIFO queues the age begins anew in the dead-letter queue, says the page.
        lambda dead, source, existing, fifo: existing is not None or fifo or dead >= source,
        "dead_letter_queue.message_retention_seconds ({0:,} s) must be at least "
        "queue.message_retention_seconds ({1:,} s): SQS counts from when a message was first sent "
        "to a standard queue, and would delete an old one as soon as it arrives",
        DEAD_LETTER_RETENTION,
    ),
    Combination(
        ("dead_letter_queue.arn", "queue.fifo_queue"),
        lambda arn, fifo: arn is None or _is_fifo(arn) == fifo,
        "dead_letter_queue.arn ({0}) must name a FIFO queue for a FIFO queue, and a standard queue "
        "for a standard one",
        DEAD_LETTERS,
    ),
    Combination(
        ("queue.content_based_deduplication", "queue.fifo_queue"),
        lambda deduplicates, fifo: fifo or not deduplicates,
        "queue.content_based_deduplication is for FIFO queues only: set queue.fifo_queue",
        QUEUE_ATTRIBUTES,
    ),
    Combination(
        ("queue.deduplication_scope", "queue.fifo_queue"),
        lambda scope, fifo: fifo or scope is None,
        "queue.deduplication_scope is for FIFO queues only: set queue.fifo_queue",
        HIGH_THROUGHPUT,
    ),
    Combination(
        ("queue.fifo_throughput_limit", "queue.fifo_queue"),
        lambda limit, fifo: fifo or limit is None,
        "queue.fifo_throughput_limit is for FIFO queues only: set queue.fifo_queue",
        HIGH_THROUGHPUT,
    ),
    Combination(
        ("queue.fifo_throughput_limit", "queue.deduplication_scope"),
        lambda limit, scope: limit != "perMessageGroupId" or scope == "messageGroup",
        "queue.fifo_throughput_limit {0} needs queue.deduplication_scope messageGroup; got {1}",
        HIGH_THROUGHPUT,
    ),
    Combination(
        ("queue.producers", "queue.fifo_queue"),
        lambda producers, fifo: not (fifo and any(":s3:::" in each for each in producers)),
        "queue.producers must not have an S3 bucket for a FIFO queue: S3 sends to standard queues "
        "only",
        S3_DESTINATIONS,
    ),
    Combination(
        ("function.application_log_level", "function.log_format"),
        lambda level, written: level is None or written == "JSON",
        "function.application_log_level is for JSON logs only: set function.log_format to JSON",
        LOGGING,
    ),
    Combination(
        ("function.system_log_level", "function.log_format"),
        lambda level, written: level is None or written == "JSON",
        "function.system_log_level is for JSON logs only: set function.log_format to JSON",
        LOGGING,
    ),
    Combination(
        ("function.subnet_ids", "function.security_group_ids"),
        lambda subnets, groups: bool(subnets) == bool(groups),
        "function.subnet_ids and function.security_group_ids must be given together",
        VPC,
    ),
)
WARNED = (
    Combination(
        (
            "dead_letter_queue.max_receive_count",
            "mapping.maximum_concurrency",
            "function.reserved_concurrent_executions",
        ),
        lambda receives, most, reserved: (
            receives >= ADVISED_RECEIVES or (most is None and reserved is None)
        ),
        "dead_letter_queue.max_receive_count ({0}) is below 5, and the concurrency is limited: a "
        "throttled batch counts as a receive, so good messages may reach the dead-letter queue",
        CONFIGURE,
    ),
    Combination(
        (
            "queue.visibility_timeout_seconds",
            "function.timeout",
            "mapping.maximum_batching_window_in_seconds",
        ),
        lambda visibility, timeout, window: (
            visibility is None or visibility >= default_visibility_timeout(timeout, window)
        ),
        "queue.visibility_timeout_seconds ({0:,} s) is below six times function.timeout ({1:,} s) "
        "plus the batching window ({2:,} s): a throttled batch may be received twice",
        CONFIGURE,
    ),
    Combination(
        ("function.reserved_concurrent_executions", "mapping.maximum_concurrency"),
        lambda reserved, most: reserved is None or most is not None,
        "function.reserved_concurrent_executions ({0:,}) without mapping.maximum_concurrency: "
        "Lambda polls more than the function may process, and throttled messages may reach the "
        "dead-letter queue",
        SCALING,
    ),
)
