"""Alarms as CloudWatch describes them: two of the stack in stack/examples.py, and three others."""

from __future__ import annotations

from typing import Any


def alarm(name: str, state: str, **dimensions: str) -> dict[str, Any]:
    return {
        "AlarmName": name,
        "StateValue": state,
        "StateReason": "so it is",
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
    }


ALARMS = [
    alarm("dead letters", "ALARM", QueueName="d"),
    alarm("errors", "OK", FunctionName="f"),
    alarm("somebody else's", "ALARM", QueueName="other"),
    alarm("of no queue", "ALARM"),
    alarm("a queue named as the function", "ALARM", QueueName="f"),
]
