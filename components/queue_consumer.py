"""The component: an SQS queue, and everything that a Lambda function needs to consume it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws

from components import policies
from components.alarms import ALARMS
from components.archive import source_archive, source_problems
from components.checks import check, check_groups, warn
from components.errors import OWN_NAMES
from components.properties import (
    encryption,
    environment,
    existing_dead_letter_queue,
    filter_criteria,
    kms_key,
    managed_policies,
    neighbour_url,
    queue_name,
    scaling,
    visibility_timeout,
    vpc,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.arguments import QueueConsumerArgs


class QueueConsumer(pulumi.ComponentResource):
    """An SQS queue, the Lambda function that consumes it, and a dead-letter queue.

    The function reports which messages of a batch failed (a partial batch response). Lambda deletes
    the others from the queue, and receives the failed ones again after the visibility timeout.
    After `max_receive_count` receives, SQS moves a message to the dead-letter queue, and an alarm
    is raised. Both queues are encrypted at rest. The function's role may consume this queue and
    write to this log group, and nothing else.

    Example:
        >>> function = FunctionArgs(code="order_function")
        >>> consumer = QueueConsumer("Orders", QueueConsumerArgs(function=function))
        >>> pulumi.export("queue_url", consumer.queue.url)

    Attributes:
        queue: The queue to send messages to, `{name}Queue`; or the existing queue.
        dead_letter_queue: The queue for messages that failed on every receive,
            `{name}DeadLetterQueue`; None if it is an existing one, or the queue is.
        redrive_allow_policy: Lets only `queue` use the dead-letter queue,
            `{name}RedriveAllowPolicy`; None without `dead_letter_queue`.
        queue_policy: Who may send, and how, `{name}QueuePolicy`; None if nothing limits that.
        dead_letter_queue_policy: Denies plain HTTP, `{name}DeadLetterQueuePolicy`; None if that is
            not enforced, or without `dead_letter_queue`.
        role: The function's execution role, `{name}LambdaRole`.
        log_group: The function's log group, `{name}LogGroup`. Its name in CloudWatch starts with
            `/aws/lambda/{name}Consumer-`.
        role_policy: The permissions of `role`, `{name}LambdaRolePolicy`.
        managed_policies: The attachments of managed policies to `role`, `{name}ManagedPolicy-` and
            the policy's name.
        network_policy: Lets `role` manage network interfaces, `{name}NetworkPolicy`; None outside
            a VPC.
        function: The function that processes the messages, `{name}Consumer`.
        mapping: The event source mapping, which invokes `function` with batches from `queue`,
            `{name}Mapping`.
        alarms: The alarms, by the argument that sets the threshold of each.
        send_policy: An IAM policy document for a role that sends to `queue`.
        move_back_policy: An IAM policy document for a role that moves dead letters back; its
            value is None if an existing queue has no dead-letter queue.
        outputs: The names and values that other programs, such as tests, need of a stack.
    """

    def __init__(
        self,
        name: str,
        args: QueueConsumerArgs,
        opts: pulumi.ResourceOptions | None = None,
        *,
        names: Mapping[str, str] = OWN_NAMES,
    ) -> None:
        """Check the arguments, then register the component and its children.

        Args:
            name: The logical name, of letters, digits, - and _. Every child's name starts with it.
            args: The arguments of the component.
            opts: The Pulumi options of the component, such as `provider` or `protect`.
            names: What errors and warnings call an argument, by its name: the configuration key
                that sets it, as in `{"mapping.batch_size": "batchSize"}`.

        Raises:
            ArgumentsError: The name or the arguments are invalid. The error lists every problem.
        """
        check_groups(name, args)
        check(name, args, source_problems(args.function), names)
        code = source_archive(name, args.function, names)
        super().__init__("poker-hands-consumer:index:QueueConsumer", name, None, opts)
        warn(name, args, names)

        self.dead_letter_queue = self._create_dead_letter_queue(name, args)
        self.queue = self._create_queue(name, args)
        self.redrive_allow_policy = self._create_redrive_allow_policy(name)
        self.queue_policy = self._create_queue_policy(name, args)
        self.dead_letter_queue_policy = self._create_dead_letter_queue_policy(name, args)
        self.log_group = self._create_log_group(name, args)
        self.role = self._create_role(name, args)
        self.role_policy = self._create_role_policy(name, args)
        self.managed_policies = self._attach_managed_policies(name, args)
        self.network_policy = self._create_network_policy(name, args)
        self.function = self._create_function(name, args, code)
        self.mapping = self._create_mapping(name, args)
        self.alarms = self._create_alarms(name, args)

        self.send_policy, self.move_back_policy = self._policies_for_producers(args)
        self.outputs = self._outputs(args)
        self.register_outputs(self.outputs)

    def _create_dead_letter_queue(self, name: str, args: QueueConsumerArgs) -> aws.sqs.Queue | None:
        if isinstance(args.queue, aws.sqs.Queue) or args.dead_letter_queue.arn is not None:
            return None
        return aws.sqs.Queue(
            f"{name}DeadLetterQueue",
            message_retention_seconds=args.dead_letter_queue.message_retention_seconds,
            max_message_size=args.queue.max_message_size,
            fifo_queue=args.queue.fifo_queue or None,
            **encryption(args.queue),
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_queue(self, name: str, args: QueueConsumerArgs) -> aws.sqs.Queue:
        queue = args.queue
        if isinstance(queue, aws.sqs.Queue):
            return queue
        return aws.sqs.Queue(
            f"{name}Queue",
            visibility_timeout_seconds=visibility_timeout(args),
            message_retention_seconds=queue.message_retention_seconds,
            delay_seconds=queue.delay_seconds,
            receive_wait_time_seconds=queue.receive_wait_time_seconds,
            max_message_size=queue.max_message_size,
            fifo_queue=queue.fifo_queue or None,
            content_based_deduplication=(
                queue.content_based_deduplication if queue.fifo_queue else None
            ),
            deduplication_scope=queue.deduplication_scope,
            fifo_throughput_limit=queue.fifo_throughput_limit,
            redrive_policy=pulumi.Output.all(
                dead_letter_queue_arn=self._dead_letter_queue_arn(args),
                max_receive_count=args.dead_letter_queue.max_receive_count,
            ).apply(lambda known: policies.redrive(**known)),
            **encryption(queue),
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_redrive_allow_policy(self, name: str) -> aws.sqs.RedriveAllowPolicy | None:
        if self.dead_letter_queue is None:
            return None
        return aws.sqs.RedriveAllowPolicy(
            f"{name}RedriveAllowPolicy",
            queue_url=self.dead_letter_queue.url,
            redrive_allow_policy=self.queue.arn.apply(
                lambda arn: policies.redrive_allow(queue_arn=arn)
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_queue_policy(
        self, name: str, args: QueueConsumerArgs
    ) -> aws.sqs.QueuePolicy | None:
        queue = args.queue
        if isinstance(queue, aws.sqs.Queue) or not (queue.producers or queue.enforce_ssl):
            return None
        return aws.sqs.QueuePolicy(
            f"{name}QueuePolicy",
            queue_url=self.queue.url,
            policy=pulumi.Output.all(
                queue_arn=self.queue.arn,
                producers=queue.producers,
                enforce_ssl=queue.enforce_ssl,
            ).apply(lambda known: policies.queue_access(**known)),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_dead_letter_queue_policy(
        self, name: str, args: QueueConsumerArgs
    ) -> aws.sqs.QueuePolicy | None:
        queue = args.queue
        if isinstance(queue, aws.sqs.Queue) or not queue.enforce_ssl or not self.dead_letter_queue:
            return None
        return aws.sqs.QueuePolicy(
            f"{name}DeadLetterQueuePolicy",
            queue_url=self.dead_letter_queue.url,
            policy=self.dead_letter_queue.arn.apply(
                lambda arn: policies.queue_access(queue_arn=arn, producers=[], enforce_ssl=True)
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_log_group(self, name: str, args: QueueConsumerArgs) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            f"{name}LogGroup",
            name_prefix=f"/aws/lambda/{name}Consumer-",
            retention_in_days=args.function.log_retention_in_days,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_role(self, name: str, args: QueueConsumerArgs) -> aws.iam.Role:
        return aws.iam.Role(
            f"{name}LambdaRole",
            assume_role_policy=policies.trust(),
            path=args.permissions.path,
            permissions_boundary=args.permissions.permissions_boundary,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_role_policy(self, name: str, args: QueueConsumerArgs) -> aws.iam.RolePolicy:
        return aws.iam.RolePolicy(
            f"{name}LambdaRolePolicy",
            role=self.role.name,
            policy=pulumi.Output.all(
                queue_arn=self.queue.arn,
                log_group_arn=self.log_group.arn,
                kms_key=kms_key(args),
                tracing=args.function.tracing,
                statements=[*args.permissions.statements],
            ).apply(lambda known: policies.consumer(**known)),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _attach_managed_policies(
        self, name: str, args: QueueConsumerArgs
    ) -> list[aws.iam.RolePolicyAttachment]:
        return [
            aws.iam.RolePolicyAttachment(
                # Named by the policy: a replaced attachment detaches what another one attaches.
                f"{name}ManagedPolicy-{policy}",
                role=self.role.name,
                policy_arn=arn,
                opts=pulumi.ResourceOptions(
                    parent=self,
                    # Its name until November 2026.
                    aliases=[pulumi.Alias(name=f"{name}ManagedPolicy{number}")],
                ),
            )
            for number, (policy, arn) in enumerate(managed_policies(args).items(), start=1)
        ]

    def _create_network_policy(
        self, name: str, args: QueueConsumerArgs
    ) -> aws.iam.RolePolicy | None:
        if not args.function.subnet_ids:
            return None
        return aws.iam.RolePolicy(
            f"{name}NetworkPolicy",
            role=self.role.name,
            policy=policies.network_interfaces(),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_function(
        self, name: str, args: QueueConsumerArgs, code: pulumi.Archive
    ) -> aws.lambda_.Function:
        function = args.function
        return aws.lambda_.Function(
            f"{name}Consumer",
            role=self.role.arn,
            code=code,
            handler=function.handler,
            runtime=function.runtime,
            architectures=[function.architecture],
            memory_size=function.memory_size,
            timeout=function.timeout,
            ephemeral_storage={"size": function.ephemeral_storage},
            environment=environment(function),
            layers=[*function.layers],
            tracing_config={"mode": "Active" if function.tracing else "PassThrough"},
            reserved_concurrent_executions=function.reserved_concurrent_executions,
            logging_config={
                "log_group": self.log_group.name,
                "log_format": function.log_format,
                "application_log_level": function.application_log_level,
                "system_log_level": function.system_log_level,
            },
            description=function.description,
            vpc_config=vpc(function),
            tags=args.tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                # No invocation without permissions, not even when the role is replaced. In a VPC,
                # Lambda refuses a function whose role may not manage its interfaces yet.
                depends_on=[
                    self.role_policy,
                    *self.managed_policies,
                    *([self.network_policy] if self.network_policy else []),
                ],
            ),
        )

    def _create_mapping(self, name: str, args: QueueConsumerArgs) -> aws.lambda_.EventSourceMapping:
        mapping = args.mapping
        return aws.lambda_.EventSourceMapping(
            f"{name}Mapping",
            event_source_arn=self.queue.arn,
            function_name=self.function.arn,
            batch_size=mapping.batch_size,
            maximum_batching_window_in_seconds=mapping.maximum_batching_window_in_seconds,
            scaling_config=scaling(mapping),
            filter_criteria=filter_criteria(mapping),
            enabled=mapping.enabled,
            function_response_types=["ReportBatchItemFailures"],
            tags=args.tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                # AWS allows only one mapping between a queue and a function at a time.
                delete_before_replace=True,
            ),
        )

    def _create_alarms(
        self, name: str, args: QueueConsumerArgs
    ) -> dict[str, aws.cloudwatch.MetricAlarm]:
        watched = {
            "queue": self.queue.name,
            "dead_letter_queue": self._dead_letter_queue_name(args),
            "function": self.function.name,
        }
        return {
            alarm.argument: alarm.create(name, args, watched[alarm.watches], parent=self)
            for alarm in ALARMS
            if getattr(args.alarms, alarm.argument) is not None
        }

    def _policies_for_producers(
        self, args: QueueConsumerArgs
    ) -> tuple[pulumi.Output[str], pulumi.Output[str | None]]:
        arns = {"queue_arn": self.queue.arn, "kms_key": kms_key(args)}
        send = pulumi.Output.all(**arns).apply(lambda known: policies.send(**known))
        move_back = pulumi.Output.all(
            **arns,
            dead_letter_queue_arn=self._dead_letter_queue_arn(args),
            dead_letter_kms_key=args.dead_letter_queue.kms_key_arn,
        ).apply(
            lambda known: policies.move_back(**known) if known["dead_letter_queue_arn"] else None
        )
        return send, move_back

    def _outputs(self, args: QueueConsumerArgs) -> dict[str, Any]:
        return {
            "queue_url": self.queue.url,
            "queue_arn": self.queue.arn,
            "dead_letter_queue_url": self._dead_letter_queue_url(args),
            "dead_letter_queue_arn": self._dead_letter_queue_arn(args),
            "function_name": self.function.name,
            "function_arn": self.function.arn,
            "role_arn": self.role.arn,
            "log_group_name": self.log_group.name,
            "mapping_uuid": self.mapping.uuid,
        }

    def _dead_letter_queue_arn(self, args: QueueConsumerArgs) -> pulumi.Input[str | None] | None:
        if self.dead_letter_queue:
            return self.dead_letter_queue.arn
        return existing_dead_letter_queue(args)

    def _dead_letter_queue_url(self, args: QueueConsumerArgs) -> pulumi.Output[Any]:
        if self.dead_letter_queue:
            return self.dead_letter_queue.url
        return pulumi.Output.all(
            queue_url=self.queue.url, arn=existing_dead_letter_queue(args)
        ).apply(lambda known: neighbour_url(**known))

    def _dead_letter_queue_name(self, args: QueueConsumerArgs) -> pulumi.Output[Any]:
        if self.dead_letter_queue:
            return self.dead_letter_queue.name
        return pulumi.Output.from_input(existing_dead_letter_queue(args)).apply(queue_name)
