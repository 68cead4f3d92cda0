"""What must hold of every run, a function each: evidence in, a check out.

Each is true of every legal delivery, and each can fail: the complaints name the message or the line
at fault.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.judge.evidence import own_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from automation.judge.evidence import Case, Evidence
    from automation.observe.logs import Invocation

_MOST_COMPLAINTS = 5  # that a check tells in full: the first show what is wrong
_MOST_CHARACTERS = 80  # of a body, for the same reason


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that must hold.

    Attributes:
        name: The same in every run.
        passed: Whether it holds.
        expected: What must be.
        actual: What was seen; of a check that failed, which message or line is at fault.
    """

    name: str
    passed: bool
    expected: str
    actual: str


def check_leftovers(leftovers: Sequence[str]) -> Check:
    """Check that nothing is left after the destroy; `leftovers` names what is."""
    return _check(
        "nothing left",
        expected="no resource of the stack is left",
        actual="none is left",
        complaints=[f"{leftover} is left" for leftover in leftovers],
    )


def _sent(evidence: Evidence) -> Check:
    wanted = Counter(evidence.scenario.messages)
    sent = Counter(sent.message for sent in evidence.observation.sent)
    return _check(
        "sent",
        expected=f"the scenario's messages were sent, {len(evidence.scenario.messages)} in all",
        actual="they were",
        complaints=[
            f"{_short(message.body)} was sent {sent[message]} times, not {wanted[message]}"
            for message in dict.fromkeys((*wanted, *sent))
            if sent[message] != wanted[message]
        ],
    )


def _processed(evidence: Evidence) -> Check:
    cases = evidence.to_be("processed")
    return _check(
        "processed",
        expected=f"{len(cases)} to be processed, each with its line in the log",
        actual=f"{len(cases)} processed",
        complaints=[
            f"{_name(case)} is {case.fate}: {_never_logged(case)}"
            for case in cases
            if not case.receives
        ],
    )


def _dead_lettered(evidence: Evidence) -> Check:
    def complaints() -> Iterator[str]:
        for case in cases:
            if not case.dead_letters:
                yield f"{_name(case)} is {case.fate}, not in the dead-letter queue"
            for letter in case.dead_letters:
                if letter.body != case.sent.message.body:
                    yield f"{_name(case)} came out as {_short(letter.body)}"

    cases = evidence.to_be("dead-lettered")
    return _check(
        "dead-lettered",
        expected=f"{len(cases)} to be in the dead-letter queue, id and body unchanged",
        actual=f"{len(cases)} in the dead-letter queue",
        complaints=complaints(),
    )


def _nothing_else_dead_lettered(evidence: Evidence) -> Check:
    good = [case for case in evidence.to_be("processed") if case.dead_letters]
    return _check(
        "nothing else dead-lettered",
        expected="nothing else of this run is in the dead-letter queue",
        actual="nothing else",
        complaints=[
            *(f"{_name(case)} is in it" for case in good),
            *(
                f"message {letter.message_id} ({_short(letter.body)}) is in it and was not sent"
                for letter in evidence.strangers
            ),
        ],
    )


def _one_fate(evidence: Evidence) -> Check:
    return _check(
        "one fate",
        expected="no message is both processed and dead-lettered",
        actual="none is",
        complaints=[
            f"{_name(case)} was processed at {case.receives[0].line.timestamp:%H:%M:%S.%f} and is "
            "in the dead-letter queue"
            for case in evidence.to_be("processed")
            if case.receives and case.dead_letters
        ],
    )


def _failed_receives(evidence: Evidence) -> Check:
    # At least one line is asked for everywhere: without any, nothing tells that the message was
    # refused for the reason the scenario names.
    most = evidence.observation.max_receive_count

    def complaints() -> Iterator[str]:
        for case in evidence.to_be("dead-lettered"):
            if case.sent.message.log is None:
                continue
            if not case.receives:
                yield f"{_name(case)}: {_never_logged(case)}"
            elif evidence.exact_receives and (gap := case.gap(most)):
                yield f"{_name(case)}: no line for receive {', '.join(map(str, gap))}"
            for receive in case.receives:
                if receive.number is not None and not 1 <= receive.number <= most:
                    yield f"{_name(case)}: receive {receive.number} is not within 1..{most}"
            for line in case.other_lines:
                if line.is_error:
                    yield f"{_name(case)}: logged {line.message!r}, not {case.sent.message.log!r}"

    numbers = f"each of 1..{most}" if evidence.exact_receives else f"receives within 1..{most}"
    return _check(
        "failed receives",
        expected=f"each dead letter's failures are logged with its reason, {numbers}",
        actual="they are",
        complaints=complaints(),
    )


def _source_empty(evidence: Evidence) -> Check:
    source = evidence.observation.source
    return _check(
        "source queue empty",
        expected="nothing visible, in flight or delayed",
        actual="empty",
        complaints=[] if source.empty else [f"the queue holds {source}"],
    )


def _invocations_complete(evidence: Evidence) -> Check:
    invocations = evidence.logs.invocations
    template = evidence.scenario.invocation

    def complaints() -> Iterator[str]:
        if not invocations:
            yield "the log shows no invocation"
        for invocation in invocations:
            if lacking := ", ".join(_lacking(invocation, template)):
                yield f"invocation {invocation.request_id} lacks {lacking}"

    own_line = "" if template is None else " and the function's own line"
    return _check(
        "invocations complete",
        expected=f"each invocation has START, END, a REPORT that can be read{own_line}",
        actual=f"{len(invocations)} invocations have",
        complaints=complaints(),
    )


def _no_other_errors(evidence: Evidence) -> Check:
    expected = {receive.line for case in evidence.cases for receive in case.receives}
    earlier_ids = {letter.message_id for letter in evidence.earlier}
    return _check(
        "no other errors",
        expected="no line at level ERROR or worse but the failures that the scenario names",
        actual="none",
        complaints=[
            f"{line.message!r} at {line.timestamp:%H:%M:%S.%f} in invocation {line.request_id}"
            for line in evidence.logs.lines
            if line.is_error
            and line not in expected
            and not any(message_id in line.message for message_id in earlier_ids)
        ],
    )


def _lacking(invocation: Invocation, template: str | None) -> Iterator[str]:
    if invocation.started is None:
        yield "START"
    if invocation.ended is None:
        yield "END"
    if invocation.report is None:
        reports = [line for line in invocation.lines if line.message.startswith("REPORT ")]
        yield f"a REPORT that can be read: {reports[0].message!r}" if reports else "REPORT"
    if template is not None and own_line(invocation, template) is None:
        yield f"the line {template!r}"


def _check(name: str, *, expected: str, actual: str, complaints: Iterable[str]) -> Check:
    told = list(complaints)
    more = len(told) - _MOST_COMPLAINTS
    if more > 0:
        told[_MOST_COMPLAINTS:] = [f"and {more} more"]
    return Check(
        name=name, passed=not told, expected=expected, actual="; ".join(told) if told else actual
    )


def _name(case: Case) -> str:
    return f"message {case.sent.message_id} ({_short(case.sent.message.body)})"


def _short(body: str) -> str:
    return body if len(body) <= _MOST_CHARACTERS else f"{body[:_MOST_CHARACTERS]}…"


def _never_logged(case: Case) -> str:
    never = f"{case.sent.message.log!r} was never logged"
    return f"{never}, but {case.other_lines[0].message!r} was" if case.other_lines else never


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
