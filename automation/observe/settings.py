"""The settings of a deployed stack that decide how its messages fare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.scenario.send import FIFO

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

    from automation.observe.observer import SourceQueue
    from automation.stack.outputs import Outputs


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings that are in effect, read from the services.

    Attributes:
        runtime: The function's runtime, such as "python3.12"; empty for a container image.
        memory_size: The function's memory, in MB.
        function_timeout: Of one invocation, in seconds.
        visibility_timeout: Seconds until a message whose receive failed is received again.
        max_receive_count: Receives after which SQS moves a message to the dead-letter queue.
        batch_size: The most messages in one batch.
        fifo: Whether the queue is a FIFO queue.
    """

    runtime: str
    memory_size: int
    function_timeout: int
    visibility_timeout: int
    max_receive_count: int
    batch_size: int
    fifo: bool

    @property
    def by_key(self) -> dict[str, str]:
        """Each value with its unit, by its configuration key as in Pulumi.yaml."""
        return {
            "functionTimeout": f"{self.function_timeout} s",
            "visibilityTimeout": f"{self.visibility_timeout} s",
            "maxReceiveCount": f"{self.max_receive_count}",
            "batchSize": f"{self.batch_size}",
            "memorySize": f"{self.memory_size} MB",
            "runtime": self.runtime or "container image",
        }


def read_settings(lambda_: LambdaClient, outputs: Outputs, source: SourceQueue) -> Settings:
    """Read the settings of a stack's function and mapping.

    Args:
        lambda_: Client for the stack's account and region.
        outputs: The stack's outputs.
        source: The source queue's settings, read before.

    Raises:
        ClientError: botocore's; the service refused a request.
    """
    function = lambda_.get_function_configuration(FunctionName=outputs.function_name)
    mapping = lambda_.get_event_source_mapping(UUID=outputs.mapping_uuid)
    return Settings(
        runtime=function.get("Runtime", ""),
        memory_size=function["MemorySize"],
        function_timeout=function["Timeout"],
        visibility_timeout=source.visibility_timeout,
        max_receive_count=source.max_receive_count,
        batch_size=mapping["BatchSize"],
        fifo=outputs.queue_url.endswith(FIFO),
    )
