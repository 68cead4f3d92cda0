"""The component: an SQS queue, and everything that a Lambda function needs to consume it."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components import checks, policies
from components.archive import source_archive, source_problems
from components.arguments import ArgumentsError, QueueConsumerArgs


class QueueConsumer(pulumi.ComponentResource):
    """An SQS queue, the Lambda function that consumes it, and a dead-letter queue.

    The function reports which messages of a batch failed (a partial batch response). Lambda deletes
    the others from the queue, and receives the failed ones again after the visibility timeout.
    After `max_receive_count` receives, SQS moves a message to the dead-letter queue. Both queues
    are encrypted at rest with SQS-managed keys. The function's role may consume this queue and
    write to this log group, and nothing else.

    Example:
        >>> consumer = QueueConsumer("Orders", QueueConsumerArgs(function_source="function"))
        >>> pulumi.export("queue_url", consumer.queue.url)

    Attributes:
        queue: The queue to send messages to, `{name}Queue`.
        dead_letter_queue: The queue for messages that failed on every receive,
            `{name}DeadLetterQueue`.
        redrive_allow_policy: Lets only `queue` use the dead-letter queue,
            `{name}RedriveAllowPolicy`.
        role: The function's execution role, `{name}LambdaRole`.
        function: The function that processes the messages, `{name}Consumer`.
        log_group: The function's log group, `{name}LogGroup`. Its name in CloudWatch is
            `/aws/lambda/<function name>`.
        role_policy: The permissions of `role`, `{name}LambdaRolePolicy`.
        mapping: The event source mapping, which invokes `function` with batches from `queue`,
            `{name}Mapping`.
    """

    def __init__(
        self, name: str, args: QueueConsumerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Check the arguments, then register the component and its children.

        Args:
            name: The logical name, of letters, digits, - and _. Every child's name starts with it.
            args: The arguments of the component.
            opts: The Pulumi options of the component, such as `provider` or `protect`.

        Raises:
            ArgumentsError: The name or the arguments are invalid. The error lists every problem.
        """
        _check(name, args)
        super().__init__("poker-hands-consumer:index:QueueConsumer", name, None, opts)

        self.dead_letter_queue = self._create_dead_letter_queue(name, args)
        self.queue = self._create_queue(name, args)
        self.redrive_allow_policy = self._create_redrive_allow_policy(name)
        self.role = self._create_role(name, args)
        self.function = self._create_function(name, args)
        self.log_group = self._create_log_group(name, args)
        self.role_policy = self._create_role_policy(name)
        self.mapping = self._create_mapping(name, args)

        self.register_outputs(
            {
                "queue_url": self.queue.url,
                "queue_arn": self.queue.arn,
                "dead_letter_queue_url": self.dead_letter_queue.url,
                "dead_letter_queue_arn": self.dead_letter_queue.arn,
                "function_name": self.function.name,
                "function_arn": self.function.arn,
                "role_arn": self.role.arn,
                "log_group_name": self.log_group.name,
                "mapping_uuid": self.mapping.uuid,
            }
        )

    def _create_dead_letter_queue(self, name: str, args: QueueConsumerArgs) -> aws.sqs.Queue:
        return aws.sqs.Queue(
            f"{name}DeadLetterQueue",
            message_retention_seconds=args.dead_letter_retention,
            sqs_managed_sse_enabled=True,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_queue(self, name: str, args: QueueConsumerArgs) -> aws.sqs.Queue:
        return aws.sqs.Queue(
            f"{name}Queue",
            visibility_timeout_seconds=args.effective_visibility_timeout,
            redrive_policy=pulumi.Output.all(
                dead_letter_queue_arn=self.dead_letter_queue.arn,
                max_receive_count=args.max_receive_count,
            ).apply(lambda known: policies.redrive(**known)),
            sqs_managed_sse_enabled=True,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_redrive_allow_policy(self, name: str) -> aws.sqs.RedriveAllowPolicy:
        return aws.sqs.RedriveAllowPolicy(
            f"{name}RedriveAllowPolicy",
            queue_url=self.dead_letter_queue.url,
            redrive_allow_policy=self.queue.arn.apply(
                lambda arn: policies.redrive_allow(queue_arn=arn)
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_role(self, name: str, args: QueueConsumerArgs) -> aws.iam.Role:
        return aws.iam.Role(
            f"{name}LambdaRole",
            assume_role_policy=policies.trust(),
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_function(self, name: str, args: QueueConsumerArgs) -> aws.lambda_.Function:
        return aws.lambda_.Function(
            f"{name}Consumer",
            role=self.role.arn,
            code=source_archive(args.function_source),
            handler=args.handler,
            runtime=args.runtime,
            memory_size=args.memory_size,
            timeout=args.function_timeout,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_log_group(self, name: str, args: QueueConsumerArgs) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            f"{name}LogGroup",
            name=pulumi.Output.concat("/aws/lambda/", self.function.name),
            retention_in_days=args.log_retention,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_role_policy(self, name: str) -> aws.iam.RolePolicy:
        return aws.iam.RolePolicy(
            f"{name}LambdaRolePolicy",
            role=self.role.name,
            policy=pulumi.Output.all(
                queue_arn=self.queue.arn, log_group_arn=self.log_group.arn
            ).apply(lambda arns: policies.consumer(**arns)),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_mapping(self, name: str, args: QueueConsumerArgs) -> aws.lambda_.EventSourceMapping:
        return aws.lambda_.EventSourceMapping(
            f"{name}Mapping",
            event_source_arn=self.queue.arn,
            function_name=self.function.arn,
            batch_size=args.batch_size,
            function_response_types=["ReportBatchItemFailures"],
            tags=args.tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                # The first batch can arrive at once, and needs the permissions and the log group.
                depends_on=[self.role_policy, self.log_group],
                # AWS allows only one mapping between a queue and a function at a time.
                delete_before_replace=True,
            ),
        )


def _check(name: str, args: QueueConsumerArgs) -> None:
    """Raise one `ArgumentsError` with every problem, if there are any."""
    problems = [
        *checks.problems(name, args),
        *source_problems(args.function_source, args.handler),
    ]
    if problems:
        raise ArgumentsError(name, problems)
