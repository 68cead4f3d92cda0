"""The resource types that the provider supports, by module."""

from __future__ import annotations

from automation.emulator.provider.resources.event_source_mapping import EVENT_SOURCE_MAPPING
from automation.emulator.provider.resources.function import FUNCTION
from automation.emulator.provider.resources.log_group import LOG_GROUP
from automation.emulator.provider.resources.metric_alarm import METRIC_ALARM
from automation.emulator.provider.resources.queue import QUEUE
from automation.emulator.provider.resources.queue_attribute import (
    QUEUE_POLICY,
    REDRIVE_ALLOW_POLICY,
)
from automation.emulator.provider.resources.role import ROLE
from automation.emulator.provider.resources.role_policy import ROLE_POLICY
from automation.emulator.provider.resources.role_policy_attachment import ROLE_POLICY_ATTACHMENT

RESOURCE_TYPES = {
    each.pulumi_type: each
    for each in (
        QUEUE,
        QUEUE_POLICY,
        REDRIVE_ALLOW_POLICY,
        ROLE,
        ROLE_POLICY,
        ROLE_POLICY_ATTACHMENT,
        FUNCTION,
        EVENT_SOURCE_MAPPING,
        LOG_GROUP,
        METRIC_ALARM,
    )
}
