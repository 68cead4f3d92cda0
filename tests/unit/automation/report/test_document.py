from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import UnionType
from typing import Any

import pytest

from automation.report.document import check_destination, document, write_document
from automation.report.result import RunResult
from automation.support.errors import AutomationError, EngineFailedError, Interrupted, UsageError
from automation.support.paths import CHECKOUT
from tests.unit.automation.report.results import BEGAN, PASSED, failed

KEYS: dict[str, type] = {
    "outcome": str,
    "target": str,
    "stack": str,
    "phases": dict,
    "messages": list,
    "invocations": list,
    "checks": list,
    "leftovers": list,
    "versions": dict,
}
OUR_OWN: dict[str, type | UnionType] = {
    "error": str | None,
    "causes": list,
    "notes": list,
    "swept": list,
}

READ = "import pathlib, sys; print(pathlib.Path(sys.argv[1]).read_text())"

NOTHING = replace(PASSED, verdict=None, events=(), log_group=None, leftovers=None, description="")


def written(result: RunResult, folder: Path) -> dict[str, Any]:
    path = folder / "result.json"
    write_document(result, path)
    assert [each.name for each in folder.iterdir()] == ["result.json"]
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return value


@pytest.mark.parametrize("result", [PASSED, failed(), NOTHING], ids=["passed", "failed", "none"])
def test_has_the_keys_that_its_readers_were_promised_with_their_types(result: RunResult) -> None:
    made = document(result)

    assert set(made) == set(KEYS) | set(OUR_OWN)
    for key, kind in KEYS.items() | OUR_OWN.items():
        assert isinstance(made[key], kind), key


def test_tells_of_each_message_where_it_ended_and_when_it_was_received(tmp_path: Path) -> None:
    assert written(PASSED, tmp_path)["messages"] == [
        {
            "message_id": "m-1",
            "body": '{"n": 1}',
            "fate": "processed",
            "receives": 1,
            "sent_at": "2026-04-15T10:00:00+00:00",
            "received_at": ["2026-04-15T10:00:00.500000+00:00"],
        },
        {
            "message_id": "m-2",
            "body": "poison",
            "fate": "dead-lettered",
            "receives": 3,
            "sent_at": "2026-04-15T10:00:00+00:00",
            "received_at": [
                "2026-04-15T10:00:00.500000+00:00",
                "2026-04-15T10:00:02.500000+00:00",
                "2026-04-15T10:00:04.500000+00:00",
            ],
        },
    ]


def test_every_time_is_iso_8601_in_utc(tmp_path: Path) -> None:
    for message in written(PASSED, tmp_path)["messages"]:
        for text in (message["sent_at"], *message["received_at"]):
            time = datetime.fromisoformat(text)
            assert time.utcoffset() == timedelta(0)
            assert time >= BEGAN


def test_tells_of_each_invocation_what_its_report_says(tmp_path: Path) -> None:
    first, second, third = written(PASSED, tmp_path)["invocations"]

    assert first == {
        "request_id": "00000000-0000-0000-0000-000000000001",
        "records": 2,
        "duration_ms": 8.21,
        "billed_ms": 9,
        "memory_mb": 128,
        "max_memory_mb": 42,
        "init_ms": None,
    }
    assert [second["records"], third["records"]] == [1, 1]


def test_tells_of_each_check_what_was_expected_and_seen(tmp_path: Path) -> None:
    result = failed()

    checks = written(result, tmp_path)["checks"]

    assert [check["name"] for check in checks if not check["passed"]] == ["processed"]
    assert checks == [
        {
            "name": check.name,
            "passed": check.passed,
            "expected": check.expected,
            "actual": check.actual,
        }
        for check in result.checks
    ]


def test_names_what_is_left_and_what_stopped_the_run(tmp_path: Path) -> None:
    stopped = replace(
        PASSED, leftovers=("queue q",), error=EngineFailedError("it broke", hint="mend it")
    )

    told = written(stopped, tmp_path)

    assert told["leftovers"] == ["queue q"]
    assert told["error"] == "it broke"
    assert told["outcome"] == "error"


def test_phases_are_seconds_with_their_total(tmp_path: Path) -> None:
    assert written(PASSED, tmp_path)["phases"] == {"set up": 0.123, "deploy": 2.5, "total": 2.7}


def test_a_body_of_any_characters_comes_back_unchanged(tmp_path: Path) -> None:
    verdict = PASSED.verdict
    assert verdict is not None
    body = "\x1b[2J \ud800 \u2028 é \n"
    messages = tuple(replace(message, body=body) for message in verdict.messages)

    told = written(replace(PASSED, verdict=replace(verdict, messages=messages)), tmp_path)

    assert [message["body"] for message in told["messages"]] == [body, body]


def disk_full(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("method", ["write_text", "replace"])
def test_is_written_whole_or_not_at_all(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "result.json"
    path.write_text("the one before")

    def half_a_disk(self: Path, *_: object, **__: object) -> int:
        self.write_bytes(b'{"outcome": "pa')
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, method, half_a_disk if method == "write_text" else disk_full)
        with pytest.raises(AutomationError, match=r"result\.json.*No space left"):
            write_document(PASSED, path)

    assert path.read_text() == "the one before"
    assert [each.name for each in tmp_path.iterdir()] == ["result.json"]


def test_a_device_is_written_to_and_stays_a_device(tmp_path: Path) -> None:
    if os.geteuid() == 0:  # only root may make one, and only root could replace /dev/null
        device = tmp_path / "null"
        os.mknod(device, stat.S_IFCHR | 0o666, Path(os.devnull).stat().st_rdev)
    else:
        device = Path(os.devnull)

    check_destination(device)
    write_document(PASSED, device)

    assert device.is_char_device()


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen([sys.executable, "-c", READ, str(pipe)], stdout=subprocess.PIPE)

    write_document(PASSED, pipe)

    assert json.loads(reader.communicate(timeout=30)[0])["outcome"] == "passed"
    assert pipe.is_fifo()


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_is_written_through_and_stays_a_link(tmp_path: Path, *, exists: bool) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    if exists:
        target.write_text("the one before")
    link.symlink_to(target)

    write_document(PASSED, link)

    assert link.is_symlink()
    assert json.loads(target.read_text())["outcome"] == "passed"


def test_standard_output_can_be_named_as_a_file() -> None:
    program = """if True:
        from pathlib import Path
        from automation.report.document import write_document
        from tests.unit.automation.report.results import PASSED
        write_document(PASSED, Path("/dev/stdout"))
        """

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, timeout=30, check=True
    )

    assert json.loads(done.stdout)["outcome"] == "passed"


@pytest.mark.parametrize(
    ("place", "complaint"),
    [
        (lambda folder: folder / "missing" / "r.json", "there is no folder .*missing"),
        (lambda folder: folder, "it is a folder"),
        (lambda folder: folder / "file" / "r.json", "there is no folder .*file"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_the_run(
    place: Callable[[Path], Path], complaint: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(UsageError, match=complaint):
        check_destination(place(tmp_path))


def test_a_file_that_can_be_written_is_accepted_and_not_touched(tmp_path: Path) -> None:
    check_destination(tmp_path / "new.json")

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("result", "outcome", "exit_code"),
    [
        pytest.param(PASSED, "passed", 0, id="every check passed"),
        pytest.param(replace(PASSED, leftovers=None), "passed", 0, id="kept, so not looked for"),
        pytest.param(failed(), "failed", 1, id="a check failed"),
        pytest.param(replace(PASSED, leftovers=("queue q",)), "failed", 1, id="something left"),
        pytest.param(replace(PASSED, error=EngineFailedError("x")), "error", 3, id="an error"),
        pytest.param(replace(failed(), error=EngineFailedError("x")), "error", 3, id="both"),
        pytest.param(replace(NOTHING, error=UsageError("x")), "error", 2, id="a wrong argument"),
        pytest.param(
            replace(PASSED, error=Interrupted(2, "SIGINT")), "interrupted", 130, id="Ctrl-C"
        ),
        pytest.param(
            replace(failed(), error=Interrupted(15, "SIGTERM")), "interrupted", 143, id="SIGTERM"
        ),
    ],
)
def test_what_a_run_came_to_is_told_alike_by_outcome_and_exit_code(
    result: RunResult, outcome: str, exit_code: int
) -> None:
    assert result.outcome == outcome
    assert document(result)["outcome"] == outcome
    assert result.exit_code == exit_code


def test_a_run_that_ended_without_having_proved_anything_has_not_passed() -> None:
    assert replace(NOTHING, error=None).outcome != "passed"
