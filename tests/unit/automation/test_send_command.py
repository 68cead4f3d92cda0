"""`send`: where messages come from, and what is told of each."""

from __future__ import annotations

import contextlib
import io
import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from automation.cli import command
from automation.cli.send import STDIN, lines_of
from automation.scenario import send
from automation.support import interrupts
from automation.support.errors import Interrupted, UsageError
from tests.unit.automation.operate.queues import OUTPUTS
from tests.unit.automation.scenario.partial_sqs import WRONG, PartialSqs

Send = Callable[..., tuple[int, str, str]]


def test_a_line_is_json_and_a_string_is_its_text(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_text('{"a": 1.0,  "a": 2}\r\n\n"not {JSON"\n  [1]  \n17')

    assert [each.body for each in lines_of(file)] == [
        '{"a": 1.0,  "a": 2}',  # as it stands
        "not {JSON",
        "[1]",
        "17",
    ]


def test_standard_input_is_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('"a"\n"b"\n'))

    assert [each.body for each in lines_of(STDIN)] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('"a"\nb\n', "line 2 of {} is not JSON"),
        ('""\n', "line 1 of {}: it has 0 bytes"),
        ('"\\u0000"', r"line 1 of {}: SQS does not accept the character U\+0000"),
        (f'"a"\n"{"x" * 1_048_577}"', "line 2 of {}: it has 1,048,577 bytes"),
    ],
)
def test_a_line_that_cannot_be_sent_is_named(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_text(text)

    with pytest.raises(UsageError, match=told.format(file)):
        lines_of(file)


@pytest.fixture
def sqs() -> PartialSqs:
    return PartialSqs()


@pytest.fixture
def stack(sqs: PartialSqs) -> SimpleNamespace:
    return SimpleNamespace(
        name="dev",
        outputs=OUTPUTS,
        clients=SimpleNamespace(sqs=sqs),
        target=SimpleNamespace(max_body=100, description="a fake target"),
    )


@pytest.fixture
def sent(
    stack: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Send:
    """The exit code, standard output and standard error of a `send` to a stack in memory."""

    @contextlib.contextmanager
    def opened(*_: object) -> Iterator[Any]:
        yield stack

    monkeypatch.setattr("automation.cli.send.opened_stack", opened)
    monkeypatch.setattr(send, "RETRY_EVERY", 0.0)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = command(["send", *arguments])
        output = capsys.readouterr()
        return code, output.out, " ".join(output.err.split())

    return run


def test_the_id_of_each_message_is_told_in_order(sent: Send) -> None:
    assert sent("a", "b") == (0, "id of a\nid of b\n", "2 sent to stack dev")


def test_a_scenario_s_messages_are_sent_in_batches_of_ten(sent: Send, sqs: PartialSqs) -> None:
    code, out, _ = sent("--scenario", "--json", "first")

    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [each["number"] for each in lines] == list(range(1, 12))
    assert [len(request) for request in sqs.requests] == [10, 1]
    assert lines[10]["body"] == sqs.accepted[10]


def test_a_folder_is_no_scenario_even_the_one_that_is_worked_in(
    sent: Send, sqs: PartialSqs
) -> None:
    code, _, told = sent("--scenario", ".")

    assert code == 2
    assert "cannot be read" in told
    assert not sqs.requests


def test_what_is_refused_is_told_and_the_others_are_sent(sent: Send, sqs: PartialSqs) -> None:
    sqs.refusals = {"b": [WRONG]}

    code, out, err = sent("a", "b", "c")

    assert code == 3
    assert out == "id of a\nid of c\n"
    assert "message 2 was refused: InvalidMessageContents: : b" in err
    assert "1 of 3 messages were refused, and not sent next: fix and send those again" in err


def test_a_message_that_is_too_large_for_the_target_is_refused_before_any_is_sent(
    sent: Send, sqs: PartialSqs
) -> None:
    code, _, err = sent("a", "x" * 101)

    assert code == 2
    assert "message 2 has 101 bytes; a fake target takes at most 100" in err
    assert not sqs.requests


def test_a_fifo_queue_needs_a_group_and_gets_the_one_that_is_given(
    sent: Send, sqs: PartialSqs, stack: SimpleNamespace
) -> None:
    stack.outputs = replace(OUTPUTS, queue_url=f"{OUTPUTS.queue_url}.fifo")

    code, _, err = sent("a", "b")
    assert code == 2
    assert "is a FIFO queue, so each message needs a group next: add --group ID" in err
    assert not sqs.entries

    assert sent("a", "b", "--group", "table-1")[0] == 0
    assert [each["MessageGroupId"] for each in sqs.entries] == ["table-1", "table-1"]


def test_an_interrupt_stops_between_two_batches_and_every_id_is_told(
    sent: Send, sqs: PartialSqs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = sqs.send_message_batch

    def interrupted(**asked: Any) -> dict[str, Any]:
        interrupts._on_signal(signal.SIGINT, None)
        return real(**asked)

    for name in ("first", "raised", "first_at"):
        monkeypatch.setattr(interrupts._Signals, name, getattr(interrupts._Signals, name))
    monkeypatch.setattr(sqs, "send_message_batch", interrupted)
    monkeypatch.setattr(interrupts, "write_from_signal_handler", lambda _: None)

    with pytest.raises(Interrupted):
        sent(*(f"m{number}" for number in range(25)))

    output = capsys.readouterr()
    assert output.out.split("\n")[:-1] == [f"id of m{number}" for number in range(10)]
    assert "stopped after 10 of 25 messages" in output.err
    assert len(sqs.accepted) == 10
