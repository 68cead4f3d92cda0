"""Results of runs, made by hand: the observations are invented, the verdicts are real."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from automation.judge.verdict import Verdict, judge
from automation.observe.observation import DeadLetter, LogEvent, Observation, QueueDepth
from automation.observe.settings import Settings
from automation.report.result import RunResult
from automation.scenario.model import Message, Scenario
from automation.scenario.send import Sent

BEGAN = datetime(2026, 4, 15, 10, 0, 0, tzinfo=UTC)
EMPTY = QueueDepth(visible=0, in_flight=0, delayed=0)
GOOD = Message(body='{"n": 1}', fate="processed", log="done {message_id} receive={receive}")
POISON = Message(body="poison", fate="dead-lettered", log="FAIL {message_id} receive={receive}")
SCENARIO = Scenario(name="two", messages=(GOOD, POISON), invocation="got {records} records")
REPORT = "Duration: 8.21 ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\tMax Memory Used: 42 MB"
STREAMS = ("2026/04/15/[$LATEST]aa", "2026/04/15/[$LATEST]bb", "2026/04/15/[$LATEST]cc")


def invocation(number: int, *lines: str) -> list[LogEvent]:
    """One invocation in a stream of its own, START to REPORT, two seconds after the one before."""
    request = f"00000000-0000-0000-0000-00000000000{number}"
    at = BEGAN + timedelta(seconds=0.5 + 2 * (number - 1))
    texts = [
        f"START RequestId: {request} Version: $LATEST\n",
        *lines,
        f"END RequestId: {request}\n",
        f"REPORT RequestId: {request}\t{REPORT}",
    ]
    return [LogEvent(timestamp=at, stream=STREAMS[number - 1], text=text) for text in texts]


def events(*extra: str) -> tuple[LogEvent, ...]:
    """The log of `SCENARIO` on two streams more than one; `extra` lines stand in the first."""
    fail = "[ERROR] FAIL m-2 receive={}"
    return (
        *invocation(
            1,
            "[INFO] got 2 records",
            "[INFO] done m-1 receive=1",
            fail.format(1),
            *extra,
        ),
        *invocation(2, "[INFO] got 1 records", fail.format(2)),
        *invocation(3, "[INFO] got 1 records", fail.format(3)),
    )


def observation(
    scenario: Scenario = SCENARIO, log: Iterable[LogEvent] | None = None
) -> Observation:
    sent = tuple(
        Sent(message_id=f"m-{number}", sent_at=BEGAN, message=message)
        for number, message in enumerate(scenario.messages, start=1)
    )
    return Observation(
        sent=sent,
        events=events() if log is None else tuple(log),
        dead_letters=tuple(
            DeadLetter(
                message_id=each.message_id, body=each.message.body, sent_at=BEGAN + timedelta(0, 1)
            )
            for each in sent
            if each.message.fate == "dead-lettered"
        ),
        source=EMPTY,
        max_receive_count=3,
    )


def verdict(seen: Observation | None = None, scenario: Scenario = SCENARIO) -> Verdict:
    return judge(scenario, seen or observation(scenario), exact_receives=True)


SETTINGS = Settings(
    runtime="python3.12",
    memory_size=128,
    function_timeout=1,
    visibility_timeout=2,
    max_receive_count=3,
    batch_size=10,
    fifo=False,
)
PASSED = RunResult(
    error=None,
    project="poker-hands-consumer",
    target="local",
    description="MiniStack 1.5.33 at http://127.0.0.1:4566",
    stack="run-0123abcd",
    scenario=SCENARIO.name,
    log_group="/aws/lambda/PokerHandsConsumer-1234567",
    settings=SETTINGS,
    started_at=BEGAN,
    phases={"set up": 0.123456, "deploy": 2.5, "total": 2.7},
    verdict=verdict(),
    concluded=True,
    events=events(),
    notes=(),
    leftovers=(),
    swept=(),
    finish=(),
    versions={"engine": "3.259.0", "pulumi": "3.272.0"},
)


def seen(scenario: Scenario = SCENARIO, log: Iterable[LogEvent] | None = None) -> RunResult:
    """A run that saw this log."""
    what = observation(scenario, log)
    return replace(PASSED, events=what.events, verdict=verdict(what, scenario))


def failed() -> RunResult:
    """A run whose good message was never processed."""
    without = [event for event in events() if "done m-1" not in event.text]
    return seen(log=without)


RAISED = (
    "Traceback (most recent call last):",
    '  File "handler.py", line 3, in lambda_handler',
    '    raise ValueError("boom")',
    "ValueError: boom",
)


def all_dead(seen: Observation) -> Observation:
    """The same, with every message in the dead-letter queue."""
    letters = tuple(
        DeadLetter(message_id=each.message_id, body=each.message.body, sent_at=BEGAN)
        for each in seen.sent
    )
    return replace(seen, dead_letters=letters)


def raised() -> RunResult:
    """A run whose function raised on every batch, so that every message was dead-lettered."""
    what = observation(log=[each for n in (1, 2, 3) for each in invocation(n, *RAISED)])
    return replace(PASSED, events=what.events, verdict=verdict(all_dead(what)))
