from __future__ import annotations

import os
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from automation.support.paths import CHECKOUT

PRELUDE = """
import sys
from automation.support.output import (
    check_stdout, survive_failed_writes, write_from_signal_handler
)
survive_failed_writes()
"""


def start(
    program: str, *, stdout: int | None = None, stderr: int | None = None, encoding: str = "utf-8"
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(program)],
        cwd=CHECKOUT,
        stdout=stdout,
        stderr=stderr,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )


def read_end_closed() -> int:
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def full_device() -> int:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    return os.open("/dev/full", os.O_WRONLY)


def hung_up_terminal() -> int:
    master, slave = os.openpty()
    os.close(master)
    return slave


def nobody_yet() -> int:
    return os.open(os.devnull, os.O_WRONLY)


LOST = [read_end_closed, full_device, hung_up_terminal]


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize("lost", LOST)
def test_a_stream_that_takes_nothing_changes_neither_the_work_nor_the_exit_code(
    lost: Callable[[], int], stream: str, tmp_path: Path
) -> None:
    descriptor = lost()
    program = f"""
        print("x" * 100_000, file=sys.{stream})
        write_from_signal_handler("a signal came")
        print("more", file=sys.{stream}, flush=True)
        open({str(tmp_path / "done")!r}, "w").close()
        sys.exit(7)
        """

    process = (
        start(program, stdout=descriptor)
        if stream == "stdout"
        else start(program, stderr=descriptor)
    )
    os.close(descriptor)

    assert process.wait(30) == 7
    assert (tmp_path / "done").exists()


def closed_for_writing() -> int:
    return os.open(os.devnull, os.O_RDONLY)


@pytest.mark.parametrize(
    ("stdout", "reason"),
    [
        (full_device, "No space left on device"),
        (closed_for_writing, "Bad file descriptor"),
        (nobody_yet, ""),
        (read_end_closed, ""),
        (hung_up_terminal, ""),
    ],
)
def test_what_the_system_did_not_take_is_an_error_unless_its_reader_is_gone(
    stdout: Callable[[], int], reason: str
) -> None:
    program = """
        from automation.support.errors import HostError
        print("a little, that stays in the buffer")
        try:
            check_stdout()
        except HostError as error:
            sys.stderr.write(f"{error}")
    """
    descriptor = stdout()
    process = start(program, stdout=descriptor, stderr=subprocess.PIPE)
    os.close(descriptor)

    told = process.communicate(timeout=30)[1].decode()
    assert told.startswith("standard output could not be written") is bool(reason)
    assert told.endswith(reason)


def test_a_file_that_may_not_grow_loses_what_comes_after_and_that_is_an_error(
    tmp_path: Path,
) -> None:
    program = """
        import resource
        from automation.support.errors import HostError
        resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))
        print("x" * 10_000)
        print("more", flush=True)
        try:
            check_stdout()
        except HostError as error:
            sys.stderr.write(f"{error}")
    """
    with (tmp_path / "file").open("w") as file:
        process = start(program, stdout=file.fileno(), stderr=subprocess.PIPE)

    assert process.communicate(timeout=30)[1].endswith(b": File too large")
    assert (tmp_path / "file").read_text() == "x" * 5_000


@pytest.mark.parametrize("closing", ["1>&-", "2>&-", "0<&- 1>&- 2>&-"])
def test_closed_streams_are_not_taken_for_files_opened_later(closing: str, tmp_path: Path) -> None:
    program = f"""
        file = open({str(tmp_path / "file")!r}, "w")
        print("printed")
        print("an error", file=sys.stderr)
        file.write("written")
        """

    command = shlex.join([sys.executable, "-c", PRELUDE + textwrap.dedent(program)])
    subprocess.run(f"{command} {closing}", shell=True, cwd=CHECKOUT, timeout=30, check=True)  # noqa: S602 -- the shell closes the streams

    assert (tmp_path / "file").read_text() == "written"


def test_a_character_that_the_encoding_lacks_is_escaped() -> None:
    process = start(
        "print('1 \\u00b7 2 \\u2026')",
        stdout=subprocess.PIPE,
        encoding="ascii",
    )

    assert process.communicate(timeout=30)[0] == b"1 \\xb7 2 \\u2026\n"
    assert process.returncode == 0


def test_everything_arrives_where_somebody_reads() -> None:
    process = start("print('x' * 1_000_000 + 'y')", stdout=subprocess.PIPE)

    assert process.communicate(timeout=30)[0] == b"x" * 1_000_000 + b"y\n"


def test_work_does_not_wait_for_a_reader_of_stderr_that_is_stuck() -> None:
    reader, writer = os.pipe()
    program = """
        for _ in range(100):
            print("x" * 100_000, file=sys.stderr)
        sys.exit(7)
        """

    process = start(program, stderr=writer)
    os.close(writer)

    assert process.wait(30) == 7  # one second of patience, not one for each of 100 lines
    os.close(reader)


def test_a_slow_reader_of_stdout_gets_everything() -> None:
    process = start("print('x' * 300_000)", stdout=subprocess.PIPE)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)

    assert len(process.communicate(timeout=30)[0]) == 300_001


@pytest.mark.parametrize(
    ("stdout", "gone"), [(read_end_closed, True), (hung_up_terminal, True), (nobody_yet, False)]
)
def test_a_reader_that_is_gone_is_noticed(stdout: Callable[[], int], *, gone: bool) -> None:
    program = """
        from automation.support.output import reader_is_gone
        sys.stderr.write(str(reader_is_gone()))
    """
    descriptor = stdout()
    process = start(program, stdout=descriptor, stderr=subprocess.PIPE)
    os.close(descriptor)

    assert process.communicate()[1] == str(gone).encode()
