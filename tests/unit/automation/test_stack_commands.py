"""What the commands on a stack say, of a stack in memory."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from automation.cli import command
from automation.cli import trace as trace_command
from automation.listing import Listed
from automation.observe.observation import LogEvent
from automation.observe.observer import Observer
from automation.operate import failures, trace
from automation.support.errors import HostError, Interrupted
from automation.targets.base import Pace
from tests.unit.automation.operate.alarms import ALARMS
from tests.unit.automation.operate.queues import ATTRIBUTES, OUTPUTS, Queues, letter
from tests.unit.automation.report.results import events

MODULES = ("status", "logs", "trace", "dlq", "cost")

LOGGED = "31a60dfe-6c5f-4930-ae5d-b8c74f812462"
DEAD, DEAD_TOO = "09c60c72-6c5f-4930-ae5d-b8c74f812462", "09c60c72-0000-4930-ae5d-b8c74f812462"

Said = Callable[..., tuple[int, str]]


class StackQueues(Queues):
    """The queues of the stack, with what they tell of themselves."""

    def get_queue_attributes(self, **asked: Any) -> dict[str, Any]:
        source = asked["QueueUrl"] == OUTPUTS.queue_url
        visible = 0 if source else len(self.letters.keys() - self.hidden)
        hidden = 0 if source else len(self.hidden)
        return {
            "Attributes": {
                **ATTRIBUTES,
                "ApproximateNumberOfMessages": str(visible),
                "ApproximateNumberOfMessagesNotVisible": str(hidden),
                "ApproximateNumberOfMessagesDelayed": "0",
            }
        }

    def purge_queue(self, **asked: Any) -> None:
        assert asked["QueueUrl"] == OUTPUTS.dead_letter_queue_url
        self.letters.clear()


class Pages:
    """A paginator that has these pages."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self.pages = pages

    def get_paginator(self, _name: str) -> Pages:
        return self

    def paginate(self, **_: Any) -> tuple[dict[str, Any], ...]:
        return self.pages


class CloudWatch(Pages):
    """With alarms, and a minute in which SQS counted these empty receives; none at first."""

    empty_receives: tuple[float, ...] = ()

    def get_metric_statistics(self, **_: Any) -> dict[str, Any]:
        return {"Datapoints": [{"Sum": each} for each in self.empty_receives]}


def as_response(event: LogEvent) -> dict[str, Any]:
    return {
        "timestamp": int(event.timestamp.timestamp() * 1000),
        "logStreamName": event.stream,
        "message": event.text,
    }


@pytest.fixture
def queues() -> StackQueues:
    """One dead letter: m-2, of which the log says that it failed three times."""
    return StackQueues({"m-2": letter("m-2", '{"poison": true}\x1b[31m')})


@pytest.fixture
def said(
    queues: StackQueues, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Said:
    """A command's exit code, and what it prints with its white space made single."""
    mapping = {"State": "Enabled", "BatchSize": 10, "LastProcessingResult": "OK"}
    clients: Any = SimpleNamespace(
        sqs=queues,
        logs=Pages({"events": [as_response(event) for event in events(f"[INFO] ok {LOGGED}")]}),
        lambda_=SimpleNamespace(get_event_source_mapping=lambda **_: mapping),
        cloudwatch=CloudWatch({"MetricAlarms": ALARMS}),
    )
    stack = SimpleNamespace(
        name="dev",
        outputs=OUTPUTS,
        clients=clients,
        observer=Observer(clients, OUTPUTS, skew=0.0),
        target=SimpleNamespace(
            name="local",
            description="a fake target",
            reap_options=" --target fake",
            pace=Pace(poll=0.0, quiet=0.0, deletion_lag=0.0, skew=0.0, slack=0.0),
            check=lambda: None,
        ),
    )

    @contextlib.contextmanager
    def opened(_options: object) -> Iterator[Any]:
        yield stack

    for module in MODULES:
        monkeypatch.setattr(f"automation.cli.{module}.opened_stack", opened)

    pattern = f"m-[0-9]|{trace_command.MESSAGE_ID.pattern}"
    monkeypatch.setattr(trace_command, "MESSAGE_ID", re.compile(pattern))

    def run(*arguments: str) -> tuple[int, str]:
        code = command(arguments)
        output = capsys.readouterr()
        return code, " ".join((output.out + output.err).split())

    return run


LONG_AGO = ("--since", "9999d")


def test_a_status_has_the_queues_the_mapping_the_invocations_and_the_alarms(said: Said) -> None:
    code, told = said("status", *LONG_AGO)

    assert code == 0
    for part in (
        "Stack dev on a fake target",
        "source queue empty",
        "dead letters 1 visible",
        "timing 4 receives, 60 s apart",
        "mapping Enabled, batches of 10, last result: OK",
        "log 3 invocations, 3 error lines",
        "10:00:04 00000000 took 8.21 ms, billed 9 ms, 42 of 128 MB",
        "alarm dead letters: ALARM",
        "why: python -m automation dlq list --stack dev --target fake",
    ):
        assert part in told, part


def test_a_status_is_json_too(said: Said) -> None:
    status = json.loads(said("status", "--json", *LONG_AGO)[1])

    assert status["dead_letter_queue"] == {"visible": 1, "in_flight": 0, "delayed": 0}
    assert status["invocations"][0]["report"]["billed_ms"] == 9
    assert status["alarms"][0]["state"] == "ALARM"


def test_a_log_is_printed_with_time_request_level_and_one_row_an_invocation(said: Said) -> None:
    code, told = said("logs", *LONG_AGO)

    assert code == 0
    assert told.startswith("2026-04-15 10:00:00.500 00000000 INFO got 2 records")
    assert told.count("INVOCATION took 8.21 ms") == 3
    assert "START" not in told


def test_a_log_without_a_line_to_print_says_so(said: Said) -> None:
    code, told = said("logs", "--message-id", "m-9", *LONG_AGO)

    assert code == 0
    assert told.startswith("no line was found since ")


def test_a_log_that_is_followed_ends_when_its_reader_is_gone(
    said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = iter([False, True])
    monkeypatch.setattr("automation.support.output.reader_is_gone", lambda: next(gone))
    monkeypatch.setattr("automation.cli.logs.FOLLOW_EVERY", 0.0)

    code, told = said("logs", "--follow", "--level", "error", "--json", *LONG_AGO)

    assert code == 0
    assert told.count('"FAIL m-2 receive=') == 3  # once, though it was read twice


def test_a_log_that_is_followed_ends_when_it_cannot_be_written(
    said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise HostError("standard output could not be written")

    monkeypatch.setattr("automation.support.output.check_stdout", full)

    assert said("logs", "--follow", *LONG_AGO)[0] == 3


def test_a_message_s_life_is_printed(said: Said) -> None:
    code, told = said("trace", "m-2", *LONG_AGO)

    assert code == 0
    assert (
        'sent 2026-04-15 10:00:00 UTC {"poison": true}\\x1b[31m' in told
    )  # it cannot control the terminal
    assert "receive 2 +2.5 s invocation 00000000" in told
    assert "fate dead-lettered: it is in the dead-letter queue" in told
    unknown = "sent (send time unknown: no log line has age_ms=…)"
    assert unknown in said("trace", "m-1", *LONG_AGO)[1]


@pytest.mark.parametrize("part", ["", "m", "2", "FAIL"])
def test_a_part_of_a_line_is_no_message(said: Said, part: str) -> None:
    code, told = said("trace", part, *LONG_AGO)

    assert code == 2
    assert f"{part!r} is not the id of a message" in told
    assert "or its first 8 characters" in told


@pytest.mark.parametrize("arguments", ["trace", "dlq show", "dlq redrive --dry-run --id"])
def test_the_first_8_characters_of_an_id_will_do(
    arguments: str, said: Said, queues: StackQueues
) -> None:
    queues.letters[DEAD] = letter(DEAD, "dead")
    asked = [*arguments.split(), DEAD[:8]]

    code, told = said(*asked)

    assert code == 0, told
    assert ("fate dead-lettered" if "trace" in arguments else DEAD) in told
    assert not queues.hidden
    queues.letters[DEAD_TOO] = letter(DEAD_TOO, "dead too")
    code, told = said(*asked)
    assert code == 2
    assert f"the ids of 2 messages begin with 09c60c72: {DEAD_TOO}, {DEAD}" in told


def test_a_message_that_only_the_log_names_is_traced_by_the_start_of_its_id(said: Said) -> None:
    traced = json.loads(said("trace", LOGGED[:8], "--json", *LONG_AGO)[1])

    assert (traced["message_id"], traced["fate"]) == (LOGGED, "processed")


def test_a_redrive_by_the_start_of_an_id_moves_that_message_only(
    said: Said, queues: StackQueues
) -> None:
    queues.letters[DEAD] = letter(DEAD, "dead")

    code, told = said("dlq", "redrive", "--id", DEAD[:8])

    assert code == 0, told
    assert list(queues.letters) == ["m-2"]


def test_too_short_a_start_of_a_dead_letter_s_id_is_told_how_long_it_must_be(said: Said) -> None:
    code, told = said("dlq", "show", "09c6")

    assert code == 3
    assert "`dlq list` prints the ids; their first 8 characters will do" in told
    assert "two minutes" not in told


def test_what_nobody_knows_is_an_error_with_the_next_step(said: Said) -> None:
    code, told = said("trace", "m-9", *LONG_AGO)

    assert code == 3
    assert "nothing is known of message m-9 on stack dev" in told
    assert "the function must log the ids of its messages; or look further back" in told


def test_dead_letters_are_listed_with_their_reason_and_stay_visible(
    said: Said, queues: StackQueues
) -> None:
    code, told = said("dlq", "list")

    assert code == 0
    assert told.startswith("m-2 sent ")
    assert "FAIL m-2 receive=3" in told
    assert not queues.hidden


def test_those_that_somebody_else_reads_are_counted(said: Said, queues: StackQueues) -> None:
    queues.hidden = {"m-2"}

    told = said("dlq", "list")[1]

    assert "The dead-letter queue is empty." in told
    assert "1 more is hidden" in told


def test_one_dead_letter_is_shown_whole(said: Said) -> None:
    told = said("dlq", "show", "m-2")[1]

    assert "message m-2 sent 2026-04-15 10:00:00 UTC" in told
    assert "10:00:04 FAIL m-2 receive=3" in told
    code, refused = said("dlq", "show", "m-22")
    assert code == 3
    assert "did you mean m-2?" in refused


def test_a_redrive_tells_each_message_and_what_was_not_found(
    said: Said, queues: StackQueues
) -> None:
    assert "1 selected m-2 (FAIL m-2 receive=3)" in said("dlq", "redrive", "--dry-run")[1]
    code, told = said("dlq", "redrive", "--id", "m-2", "--id", "m-9")

    assert code == 3
    assert "redriven m-2 as new-0" in told
    assert "not found: m-9" in told
    assert not queues.letters
    assert said("dlq", "redrive") == (0, "0 redriven on stack dev")


def test_a_redrive_prints_a_line_for_each_message_and_says_how_many(
    said: Said, queues: StackQueues, capsys: pytest.CaptureFixture[str]
) -> None:
    queues.refuses = {queues.letters["m-2"]["Body"]}
    assert said("dlq", "redrive", "--dry-run")[0] == 0  # the stack is opened

    command(["dlq", "redrive", "--dry-run"])

    assert capsys.readouterr() == (
        "1 selected m-2 (FAIL m-2 receive=3)\n",
        "1 would be redriven on stack dev\n",
    )
    command(["dlq", "redrive", "--dry-run", "--json"])
    output = capsys.readouterr()
    assert json.loads(output.out)[0]["outcome"] == "selected"
    assert output.err.startswith("1 selected m-2 ")


def test_a_redrive_that_is_refused_is_an_error(said: Said, queues: StackQueues) -> None:
    queues.refuses = {queues.letters["m-2"]["Body"]}

    code, told = said("dlq", "redrive")

    assert code == 3
    assert "refused m-2: TooBad" in told
    assert "not redriven as asked: 1" in told


def test_a_purge_needs_a_yes(said: Said, queues: StackQueues) -> None:
    code, told = said("dlq", "purge")
    assert code == 2
    assert "nothing was deleted: the dead-letter queue holds 1 visible" in told
    assert queues.letters

    assert said("dlq", "purge", "--yes")[0] == 0
    assert not queues.letters
    assert json.loads(said("dlq", "purge", "--json")[1]) == {"stack": "dev", "purged": 0}


@pytest.fixture
def interrupted(
    said: Said, interrupt: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., bool]:
    """Run a command that a signal reaches inside a call; whether that call ended with it."""

    def run(owner: object, name: str, *arguments: str) -> bool:
        went_on: list[str] = []

        def call(*_: object, **__: object) -> None:
            interrupt()
            went_on.append(name)

        monkeypatch.setattr(owner, name, call)
        with pytest.raises(Interrupted):
            said(*arguments)
        return not went_on

    return run


DEPTH, LOG = (StackQueues, "get_queue_attributes"), (Pages, "paginate")


@pytest.mark.parametrize(
    ("arguments", "call"),
    [
        ("dlq list", DEPTH),
        ("dlq list", LOG),
        ("dlq list", (failures, "batch_failures")),
        ("dlq show m-2", LOG),
        ("dlq show m-2", (failures, "batch_failures")),
        ("dlq redrive", LOG),
        ("dlq redrive", (failures, "batch_failures")),
        ("dlq purge --yes", DEPTH),
        ("trace m-2", DEPTH),
        ("trace m-2", LOG),
        ("trace m-2", (trace, "batch_failures")),
    ],
)
def test_an_interrupt_ends_a_command_while_it_reads_and_changes_nothing(
    arguments: str,
    call: tuple[object, str],
    interrupted: Callable[..., bool],
    queues: StackQueues,
) -> None:
    assert interrupted(*call, *arguments.split())
    assert list(queues.letters) == ["m-2"]
    assert not queues.hidden
    assert not queues.source


def test_the_cost_of_a_stack_is_projected(said: Said) -> None:
    code, told = said("cost", *LONG_AGO)

    assert code == 0
    assert "Measured on stack dev since" in told
    assert "3 invocations, batches of unknown size, 27 ms billed" in told
    assert "SQS: polling while idle 657,000 requests" in told
    assert "five pollers ask three times a minute" in told


def test_the_polls_that_sqs_counted_are_priced(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CloudWatch, "empty_receives", (15.0, 13.0))
    _, told = said("cost", "--since", "1h")

    assert "SQS: polling while idle 613,200 requests" in told
    assert "SQS counted 840 polls an hour that found the queue empty" in told


def test_all_stacks_are_listed_with_age_and_expiry(
    said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    yours = Listed(
        stack="dev", owner="yours", place="there", age=3700.0, expires_at="", resources=11
    )
    left = replace(
        yours,
        stack="run-1",
        owner="a run of another machine",
        age=None,
        expires_at="2020-01-01T00:00:00Z",
        resources=None,
    )
    found: list[Listed] = [yours, left]
    monkeypatch.setattr("automation.listing.list_all", lambda *_: found)

    code, told = said("list")
    assert code == 0
    assert told.startswith(
        "On there stack whose age expires resources dev yours 1 h 2 min never 11"
    )
    assert told.count("there") == 1
    assert "run-1 a run of another machine ? " in told
    assert json.loads(said("list", "--json")[1])[1]["stack"] == "run-1"
    found.clear()
    assert said("list") == (0, "There is no stack.")
