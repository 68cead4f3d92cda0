from __future__ import annotations

import fcntl
import itertools
import os
import resource
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from automation.support import interrupts, wait
from automation.support.errors import WaitTimeoutError
from automation.support.wait import looks, readable, wait_until


def test_returns_the_first_look_that_satisfies() -> None:
    count = itertools.count()

    seen = wait_until("three", lambda: next(count), lambda n: n >= 3, within=10, poll=0)

    assert seen == 3
    assert next(count) == 4


def test_a_time_out_says_what_was_awaited_and_what_was_seen_last() -> None:
    with pytest.raises(WaitTimeoutError, match="waited 0 s for the moon; last seen: a cloud"):
        wait_until("the moon", lambda: "a cloud", lambda _: False, within=0.05, poll=0.01)


def test_a_time_out_quotes_the_end_of_what_is_long() -> None:
    lines = tuple(f"line {number}" for number in range(1000))

    with pytest.raises(WaitTimeoutError) as raised:
        wait_until("a line", lambda: lines, lambda _: False, within=0)

    assert str(raised.value).startswith("waited 0 s for a line; last seen: …")
    assert str(raised.value).endswith("'line 998', 'line 999')")
    assert len(str(raised.value)) < 400


def test_looks_once_even_when_there_is_no_time() -> None:
    assert wait_until("now", lambda: 1, lambda n: n == 1, within=0, poll=1) == 1


def test_an_error_of_a_look_ends_the_waiting() -> None:
    def look() -> int:
        raise LookupError("no use in going on")

    with pytest.raises(LookupError):
        wait_until("nothing", look, lambda _: True, within=10, poll=1)


def test_looks_go_on_until_the_deadline_has_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    monkeypatch.setattr(wait, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=sleep))

    assert list(looks(lambda: clock[0], within=5, poll=2)) == [0, 2, 4, 6]


def test_a_look_is_interruptible_and_what_is_done_with_it_is_not() -> None:
    blocks = interrupts._Signals

    [(within, after)] = [
        (seen, blocks.interruptible) for seen in looks(lambda: blocks.interruptible, within=0)
    ]

    assert (within, after) == (1, 0)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe whose descriptors are above 1023, as those of a process with many open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    low = os.pipe()
    reader, writer = (fcntl.fcntl(each, fcntl.F_DUPFD, 1500) for each in low)
    for each in low:
        os.close(each)
    yield reader, writer
    for each in (reader, writer):
        os.close(each)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_pipe_is_readable_when_something_is_written_or_its_writer_is_gone(
    pipe: tuple[int, int],
) -> None:
    reader, writer = pipe
    ended, other = os.pipe()
    os.close(other)

    assert readable(reader, within=0.01) == set()
    os.write(writer, b"x")
    assert readable(reader, ended, within=10) == {reader, ended}

    os.close(ended)
