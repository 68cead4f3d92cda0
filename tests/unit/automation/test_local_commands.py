"""`local stop` and `exec`, without an emulator."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from automation.cli import command
from automation.cli.execute import with_endpoint
from automation.emulator.instance import Instance

Stop = Callable[..., tuple[int, str]]


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(url="http://127.0.0.1:1", folder=tmp_path, supervisor=1, external=False)


@pytest.fixture
def stopped(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Stop:
    """Run `local stop` at a terminal where the user answers; None is no terminal."""
    monkeypatch.setattr("automation.emulator.lasting.find", lambda: instance)
    monkeypatch.setattr("automation.emulator.lasting.stop", lambda: instance)

    def run(answer: str | None, *options: str) -> tuple[int, str]:
        master, terminal = os.openpty()
        with open(terminal if answer is not None else os.devnull) as stdin:  # noqa: PTH123 -- a descriptor
            monkeypatch.setattr("sys.stdin", stdin)
            os.write(master, f"{answer}\n".encode())
            code = command(["local", "stop", *options])
        os.close(master)
        return code, capsys.readouterr().err

    return run


def put_stacks(instance: Instance) -> None:
    stacks = instance.backend / ".pulumi" / "stacks" / "a-project"
    stacks.mkdir(parents=True)
    for name in ("dev.json", "dev.json.bak", "dev.json.attrs", "prod.json"):
        (stacks / name).write_text("{}")


def test_an_emulator_without_stacks_is_stopped_without_a_question(stopped: Stop) -> None:
    assert stopped("no") == (0, "stopped: http://127.0.0.1:1\n")


@pytest.mark.parametrize(
    ("answer", "options", "end"),
    [
        ("y", [], "stopped"),
        ("n", [], "not stopped"),
        ("", [], "not stopped"),
        ("n", ["--yes"], "stopped"),
        (None, [], "stopped"),
    ],
)
def test_the_stacks_that_go_with_it_are_named_and_at_a_terminal_the_user_is_asked(
    answer: str | None, options: list[str], end: str, instance: Instance, stopped: Stop
) -> None:
    put_stacks(instance)

    code, told = stopped(answer, *options)

    assert code == 0
    assert "these stacks go with the emulator at http://127.0.0.1:1: dev, prod" in told
    assert told.splitlines()[-1].rpartition("[y/N] ")[2].startswith(end)


@pytest.mark.parametrize("running", [True, False])
def test_the_status_of_the_emulator_is_printed_to_standard_output(
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    running: bool,
) -> None:
    monkeypatch.setattr("automation.emulator.lasting.find", lambda: instance if running else None)

    code = command(["local", "status"])

    told = f"running: {instance.url}, log {instance.log}\n" if running else "none is running\n"
    assert (code, capsys.readouterr()) == (0 if running else 3, (told, ""))


@pytest.mark.parametrize(
    ("given", "run"),
    [
        ("aws sqs list-queues", "aws --endpoint-url URL sqs list-queues"),
        ("/usr/bin/aws s3 ls", "/usr/bin/aws --endpoint-url URL s3 ls"),
        ("aws --endpoint-url=X sqs", "aws --endpoint-url=X sqs"),
        ("aws sqs ls --endpoint-url X", "aws sqs ls --endpoint-url X"),
        ("pulumi up", "pulumi up"),
    ],
)
def test_the_aws_cli_gets_the_endpoint_as_an_option_unless_it_has_one(given: str, run: str) -> None:
    assert with_endpoint(given.split(), "URL") == run.split()
