"""The checks that every run must pass. Each is a function from `Evidence` to a `Check`.

To add a check, write such a function and add it to `CHECKS` at the end of this file. Also add a way
for it to fail to `WRONGS` in tests/unit/automation/judge/test_verdict.py: a test there requires one
for every check.

A check must pass for every legal delivery: any batching, any order, duplicates. Its problems name
the messages or log lines at fault. In the texts, a good message is one that the scenario expects to
be processed, and a poison message one that it expects to be dead-lettered.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.judge.evidence import invocation_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from automation.judge.evidence import Evidence, MessageEvidence
    from automation.observe.logs import Invocation, Line

_MAX_PROBLEMS = 5  # that a check lists; it counts the rest
_MAX_BODY = 80  # characters of a body that a problem quotes
_MAX_LISTED = 5  # receives that are named one by one


@dataclass(frozen=True, kw_only=True)
class Check:
    """The result of one check.

    Attributes:
        name: The same in every run; programs may rely on it.
        expected: What must be true.
        seen: What was seen if it is true.
        problems: What was seen instead, one problem each; the check passed when there is none.
    """

    name: str
    expected: str
    seen: str
    problems: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the check passed."""
        return not self.problems

    @property
    def actual(self) -> str:
        """What was seen; when the check failed, its problems, separated by "; "."""
        return "; ".join(self.problems) or self.seen


def check_leftovers(leftovers: Sequence[str]) -> Check:
    """Check after the destroy that nothing is left. It is not in `CHECKS`: it needs no evidence.

    Args:
        leftovers: The names of the resources that still exist.
    """
    return _check(
        "nothing left",
        expected="everything was deleted",
        actual="nothing is left",
        problems=[f"{leftover} is left" for leftover in leftovers],
    )


def _sent(evidence: Evidence) -> Check:
    wanted = Counter(evidence.scenario.messages)
    sent = Counter(sent.message for sent in evidence.observation.sent)
    return _check(
        "sent",
        expected=f"{_all_were(len(evidence.scenario.messages), 'message')} sent",
        actual=f"{len(evidence.observation.sent)} sent",
        problems=[
            f"{_short(message.body)} was sent {sent[message]} times, not {wanted[message]}"
            for message in dict.fromkeys((*wanted, *sent))
            if sent[message] != wanted[message]
        ],
    )


def _processed(evidence: Evidence) -> Check:
    messages = evidence.expected_to_be("processed")
    return _check(
        "processed",
        expected=f"{_all_were(len(messages), 'good message')} processed and logged",
        actual=f"{len(messages)} processed and logged",
        problems=[
            f"{_name(message)} is {message.fate}: {_never_logged(message)}"
            for message in messages
            if not message.receives
        ],
    )


def _dead_lettered(evidence: Evidence) -> Check:
    def problems() -> Iterator[str]:
        for message in evidence.held_for("dead-lettered"):
            if not message.dead_letters:
                yield f"{_name(message)} is {message.fate}, not in the dead-letter queue"
            for letter in message.dead_letters:
                if letter.body != message.sent.message.body:
                    yield f"{_name(message)} was dead-lettered as {_short(letter.body)}"

    count = len(evidence.expected_to_be("dead-lettered"))
    return _check(
        "dead-lettered",
        expected=f"{_all_were(count, 'poison message')} dead-lettered, id and body unchanged",
        actual=f"{count} dead-lettered",
        problems=problems(),
    )


def _nothing_else_dead_lettered(evidence: Evidence) -> Check:
    dead_lettered = [each for each in evidence.held_for("processed") if each.dead_letters]
    return _check(
        "nothing else dead-lettered",
        expected="no other message was dead-lettered",
        actual="no other message",
        problems=[
            *(f"{_name(message)} is in the dead-letter queue" for message in dead_lettered),
            *(
                f"message {letter.message_id} ({_short(letter.body)}) is in the dead-letter queue, "
                "but this run did not send it"
                for letter in evidence.unexpected
            ),
        ],
    )


def _one_fate(evidence: Evidence) -> Check:
    return _check(
        "one fate",
        expected="no message was both processed and dead-lettered",
        actual="no message",
        problems=[
            f"{_name(message)} was processed at {_time(message.receives[0].line)} and is also in "
            "the dead-letter queue"
            for message in evidence.held_for("processed")
            if message.receives and message.dead_letters
        ],
    )


def _failed_receives(evidence: Evidence) -> Check:
    # Every target needs at least one line: without it, nothing proves that the message failed for
    # the reason that the scenario expects.
    most = evidence.observation.max_receive_count

    def problems() -> Iterator[str]:
        for message in evidence.held_for("dead-lettered"):
            template = message.sent.message.log
            if template is None:
                continue
            missing = message.missing_receives(most)
            if not message.receives:
                yield f"{_name(message)}: {_never_logged(message)}"
            elif evidence.exact_receives and missing:
                yield f"{_name(message)}: no line for receive {', '.join(map(str, missing))}"
            for receive in message.receives:
                if receive.number is not None and not 1 <= receive.number <= most:
                    yield f"{_name(message)}: receive {receive.number} is not from 1 to {most}"
            for line in message.other_lines:
                if line.is_error:
                    yield f"{_name(message)}: {line.message!r} was logged instead of {template!r}"

    count = len(evidence.expected_to_be("dead-lettered"))
    letters = "the dead letter logged its" if count == 1 else "each dead letter logged its"
    receives = _receives(most) if evidence.exact_receives else "at least one receive"
    return _check(
        "failed receives",
        expected=f"{letters} error on {receives}",
        actual="every failure is logged",
        problems=problems(),
    )


def _source_empty(evidence: Evidence) -> Check:
    source = evidence.observation.source
    return _check(
        "source queue empty",
        expected="the queue is empty",
        actual="empty",
        problems=[] if source.empty else [f"the queue holds {source}"],
    )


def _invocations_complete(evidence: Evidence) -> Check:
    invocations = evidence.logs.invocations
    template = evidence.scenario.invocation

    def problems() -> Iterator[str]:
        if not invocations:
            yield "the log shows no invocation"
        for invocation in invocations:
            if missing := ", ".join(_missing_lines(invocation, template)):
                yield f"invocation {invocation.request_id} lacks {missing}"

    return _check(
        "invocations complete",
        expected="every invocation's log is complete",
        actual=f"{len(invocations)} complete",
        problems=problems(),
    )


def _no_other_errors(evidence: Evidence) -> Check:
    held = (*evidence.messages, *evidence.copies)
    proofs = {receive.line for each in held for receive in each.receives}
    preexisting_ids = {letter.message_id for letter in evidence.preexisting}
    return _check(
        "no other errors",
        expected="no other error was logged",
        actual="no other error",
        problems=[
            f"{line.message!r} was logged at {_time(line)} {_where(line)}"
            for line in evidence.logs.lines
            if line.is_error
            and line not in proofs
            and not any(message_id in line.message for message_id in preexisting_ids)
        ],
    )


def _missing_lines(invocation: Invocation, template: str | None) -> Iterator[str]:
    if invocation.started is None:
        yield "START"
    if invocation.ended is None:
        yield "END"
    if invocation.report is None:
        reports = [line for line in invocation.lines if line.message.startswith("REPORT ")]
        yield f"a REPORT that can be parsed: {reports[0].message!r}" if reports else "REPORT"
    if template is not None and invocation_line(invocation, template) is None:
        yield f"the line {template!r}"


def _check(name: str, *, expected: str, actual: str, problems: Iterable[str]) -> Check:
    listed = list(problems)
    more = len(listed) - _MAX_PROBLEMS
    if more > 0:
        listed[_MAX_PROBLEMS:] = [f"and {more} more"]
    return Check(name=name, expected=expected, seen=actual, problems=tuple(listed))


def _all_were(count: int, noun: str) -> str:
    return f"the {noun} was" if count == 1 else f"all {count} {noun}s were"


def _receives(most: int) -> str:
    """Name the receives from 1 to `most`."""
    if most > _MAX_LISTED:
        return f"receives 1 to {most}"
    *first, last = map(str, range(1, most + 1))
    return f"receives {', '.join(first)} and {last}" if first else f"receive {last}"


def _name(message: MessageEvidence) -> str:
    of = f", a copy of {message.copy_of}" if message.copy_of else ""
    return f"message {message.sent.message_id} ({_short(message.sent.message.body)}{of})"


def _short(body: str) -> str:
    return body if len(body) <= _MAX_BODY else f"{body[:_MAX_BODY]}…"


def _time(line: Line) -> str:
    return f"{line.timestamp:%H:%M:%S.%f}"


def _where(line: Line) -> str:
    return f"in invocation {line.request_id}" if line.request_id else "outside any invocation"


def _never_logged(message: MessageEvidence) -> str:
    never = f"{message.sent.message.log!r} was never logged"
    others = message.other_lines
    return f"{never}, but {others[0].message!r} was" if others else never


CHECKS: tuple[Callable[[Evidence], Check], ...] = (
    _sent,
    _processed,
    _dead_lettered,
    _nothing_else_dead_lettered,
    _one_fate,
    _failed_receives,
    _source_empty,
    _invocations_complete,
    _no_other_errors,
)
