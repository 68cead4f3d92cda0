from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automation.judge.checks import CHECKS, check_leftovers
from automation.judge.evidence import lines_with_ids
from automation.judge.verdict import Verdict, judge
from automation.observe.logs import Line
from automation.observe.observation import DeadLetter, LogEvent, Observation, QueueDepth
from automation.scenario.model import Message, Scenario
from automation.scenario.reading import TEN_HANDS, load_scenario
from automation.scenario.send import Sent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hypothesis.strategies import DrawFn

FIXTURES = Path(__file__).parents[1] / "observe" / "fixtures"
EMPTY = QueueDepth(visible=0, in_flight=0, delayed=0)
BEGAN = datetime(2026, 4, 15, 10, 0, 0, tzinfo=UTC)
MAX_RECEIVE_COUNT = 3

OK = "ok user=u{} message_id={{message_id}} receive={{receive}}"
FAIL = "FAIL message_id={message_id} receive={receive} reason=chip_delta must be int, got str"
INVOKE = "invoke request_id={request_id} memory_mb=128 records={records}"


# No deadline: a busy machine is slow, and drawing a delivery takes a while.
no_deadline = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def uuid(number: int) -> str:
    return str(UUID(int=number))


def failed(verdict: Verdict) -> set[str]:
    return {check.name for check in verdict.checks if not check.passed}


# One delivery of the ten hands, as the emulator logged it.


def the_ten_hands() -> tuple[Scenario, Observation]:
    scenario = load_scenario(TEN_HANDS)
    rows = [
        json.loads(row)
        for row in (FIXTURES / "emulator-ten-hands.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    events = tuple(
        LogEvent(
            timestamp=datetime.fromtimestamp(row["timestamp"] / 1000, UTC),
            stream=row["stream"],
            text=row["message"],
        )
        for row in rows
    )
    lines = [event.text for event in events if "receive=1" in event.text]
    ids = [line.split("message_id=")[1].split(" ")[0] for line in lines]
    began = min(event.timestamp for event in events) - timedelta(seconds=1)
    sent = tuple(
        Sent(message_id=message_id, sent_at=began, message=message)
        for message_id, message in zip(ids, scenario.messages, strict=True)
    )
    poison = DeadLetter(
        message_id=ids[-1],
        body=scenario.messages[-1].body,
        sent_at=began + timedelta(milliseconds=5),
    )
    return scenario, Observation(
        sent=sent,
        events=events,
        dead_letters=(poison,),
        source=EMPTY,
        max_receive_count=MAX_RECEIVE_COUNT,
    )


def test_the_ten_hands_as_the_emulator_delivered_them_pass() -> None:
    scenario, observation = the_ten_hands()
    verdict = judge(scenario, observation, exact_receives=True)
    assert failed(verdict) == set()
    assert verdict.passed
    assert verdict.notes == ()
    assert [message.receives for message in verdict.messages] == [1] * 9 + [3]
    assert [message.fate for message in verdict.messages] == ["processed"] * 9 + ["dead-lettered"]
    assert [invocation.records for invocation in verdict.invocations] == [10, 1, 1]
    times = [f"{at:%H:%M:%S.%f}" for at in verdict.messages[-1].received_at]
    assert times == ["17:05:05.968000", "17:05:08.023000", "17:05:10.077000"]
    assert verdict.summary == "9 of 9 processed, 1 of 1 dead-lettered; queue: empty"


# Legal deliveries of any scenario: any batching and order, duplicates, both dialects.


@dataclass(frozen=True, kw_only=True)
class Delivery:
    scenario: Scenario
    observation: Observation
    exact_receives: bool
    copies: tuple[Sent, ...]


@dataclass(frozen=True, kw_only=True)
class Dialect:
    line: str
    report: str
    same_time: bool


EMULATOR = Dialect(
    line="[{level}] {message}",
    report="REPORT RequestId: {id}\tDuration: 7 ms\tBilled Duration: 7 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 0 MB",
    same_time=True,
)
AWS = Dialect(
    line="[{level}]\t2026-04-15T10:00:00.123Z\t{id}\t{message}\n",
    report="REPORT RequestId: {id}\tDuration: 8.21 ms\tBilled Duration: 195 ms\t"
    "Memory Size: 128 MB\tMax Memory Used: 42 MB\tInit Duration: 186.53 ms\t\n",
    same_time=False,
)


def invocation_texts(request_id: str, batch: list[tuple[Sent, int]], dialect: Dialect) -> list[str]:
    def logged(level: str, message: str) -> str:
        return dialect.line.format(level=level, id=request_id, message=message)

    lines = [logged("INFO", INVOKE.format(request_id=request_id, records=len(batch)))]
    for sent, number in batch:
        level = "INFO" if sent.message.fate == "processed" else "ERROR"
        assert sent.message.log is not None
        text = sent.message.log.format(message_id=sent.message_id, receive=number)
        lines.append(logged(level, text))
    return [
        f"START RequestId: {request_id} Version: $LATEST",
        *lines,
        f"END RequestId: {request_id}",
        dialect.report.format(id=request_id),
    ]


def draw_receives(draw: DrawFn, sent: Sent, *, exact_receives: bool) -> list[int]:
    if sent.message.fate == "processed":
        return list(range(1, draw(st.integers(1, 3)) + 1))
    every = range(1, MAX_RECEIVE_COUNT + 1)
    if exact_receives:
        return [*every, *draw(st.lists(st.sampled_from(every), max_size=2))]
    return draw(st.lists(st.sampled_from(every), min_size=1, max_size=4))


def draw_batches(draw: DrawFn, receives: list[tuple[Sent, int]]) -> list[list[tuple[Sent, int]]]:
    left = draw(st.permutations(receives))
    batches = []
    while left:
        size = draw(st.integers(1, min(10, len(left))))
        batches.append(left[:size])
        left = left[size:]
    return batches


def draw_events(draw: DrawFn, invocations: list[list[str]], dialect: Dialect) -> list[LogEvent]:
    """Each invocation in a stream of its own; on AWS, several may share one, one after another."""
    streams: dict[int, list[LogEvent]] = {}
    for number, texts in enumerate(invocations):
        stream = number if dialect.same_time else draw(st.integers(0, 2))
        own = streams.setdefault(stream, [])
        start = own[-1].timestamp if own else BEGAN + timedelta(seconds=draw(st.integers(1, 9)))
        step = timedelta(milliseconds=0 if dialect.same_time else draw(st.integers(0, 50)))
        own += [
            LogEvent(timestamp=start + step * position, stream=f"stream {stream}", text=text)
            for position, text in enumerate(texts)
        ]
    if dialect is AWS:
        for own in streams.values():
            own.insert(0, replace(own[0], text="INIT_START Runtime Version: python:3.12.v41\t\n"))
    order = draw(st.permutations([stream for stream, own in streams.items() for _ in own]))
    return [streams[stream].pop(0) for stream in order]


def draw_copies(draw: DrawFn, sent: tuple[Sent, ...]) -> tuple[Sent, ...]:
    """What SQS holds of the earlier tries of sends that were retried."""
    return tuple(
        replace(each, message_id=uuid(2000 + 10 * position + number))
        for position, each in enumerate(sent)
        for number in range(draw(st.integers(0, each.retries)))
    )


@st.composite
def deliveries(draw: DrawFn, most_retries: int = 0) -> Delivery:
    dialect = draw(st.sampled_from([EMULATOR, AWS]))
    exact_receives = dialect is EMULATOR
    good, bad = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    messages = (
        *(Message(body=f'{{"user":{n}}}', fate="processed", log=OK.format(n)) for n in range(good)),
        *(Message(body=f"bad {n}", fate="dead-lettered", log=FAIL) for n in range(bad)),
    )
    sent = tuple(
        Sent(
            message_id=uuid(1000 + n),
            sent_at=BEGAN + timedelta(milliseconds=n),
            message=message,
            retries=draw(st.integers(0, most_retries)),
        )
        for n, message in enumerate(messages)
    )
    held = (*sent, *draw_copies(draw, sent))
    receives = [
        (each, number)
        for each in held
        for number in draw_receives(draw, each, exact_receives=exact_receives)
    ]
    texts = [
        invocation_texts(uuid(number), batch, dialect)
        for number, batch in enumerate(draw_batches(draw, receives), start=1)
    ]
    dead_letters = [
        DeadLetter(message_id=each.message_id, body=each.message.body, sent_at=each.sent_at)
        for each in held
        if each.message.fate == "dead-lettered"
    ]
    twice = draw(st.lists(st.sampled_from(dead_letters), max_size=1))
    old = DeadLetter(message_id=uuid(9000), body="x", sent_at=BEGAN - timedelta(seconds=1))
    preexisting = draw(st.lists(st.just(old), max_size=1))
    return Delivery(
        scenario=Scenario(name="drawn", messages=messages, invocation=INVOKE),
        observation=Observation(
            sent=sent,
            events=tuple(draw_events(draw, texts, dialect)),
            dead_letters=(*dead_letters, *twice, *preexisting),
            source=EMPTY,
            max_receive_count=MAX_RECEIVE_COUNT,
        ),
        exact_receives=exact_receives,
        copies=tuple(each for each in held if each not in sent),
    )


def judged(delivery: Delivery) -> Verdict:
    return judge(delivery.scenario, delivery.observation, exact_receives=delivery.exact_receives)


@no_deadline
@given(delivery=deliveries())
def test_every_legal_delivery_passes(delivery: Delivery) -> None:
    verdict = judged(delivery)
    assert [check for check in verdict.checks if not check.passed] == []
    for message in verdict.messages:
        assert list(message.received_at) == sorted(message.received_at)
    sizes = [invocation.records for invocation in verdict.invocations]
    assert sum(size or 0 for size in sizes) == sum(
        len(message.received_at) for message in verdict.messages
    )


# A send that is retried after its response was lost: SQS holds its messages more than once.


@no_deadline
@given(delivery=deliveries(most_retries=2))
def test_the_copies_of_a_retried_send_are_noted_and_fail_nothing(delivery: Delivery) -> None:
    verdict = judged(delivery)
    assert [check for check in verdict.checks if not check.passed] == []
    assert sorted(verdict.copies) == sorted(copy.message_id for copy in delivery.copies)
    for copy in delivery.copies:
        assert sum(copy.message_id in note for note in verdict.notes) == 1
    assert len(verdict.messages) == len(delivery.scenario.messages)


@no_deadline
@given(delivery=deliveries(most_retries=2))
def test_a_dead_letter_of_a_body_sent_once_is_no_copy(delivery: Delivery) -> None:
    """Without a retry, or with more copies than tries, a message is not from the run's sends."""
    seen = delivery.observation
    once = replace(seen, sent=tuple(replace(each, retries=0) for each in seen.sent))
    poison_copies = [each for each in delivery.copies if each.message.fate == "dead-lettered"]
    expected = {"nothing else dead-lettered", "no other errors"} if poison_copies else set()
    verdict = judged(replace(delivery, observation=once))
    assert failed(verdict) == expected
    assert verdict.copies == ()


@no_deadline
@given(delivery=deliveries(most_retries=2))
def test_one_more_copy_than_tries_fails(delivery: Delivery) -> None:
    last = delivery.observation.sent[-1]
    seen = delivery.observation
    for number in range(last.retries + 1):
        seen = dead_letter_too(seen, replace(last, message_id=uuid(5000 + number)))
    assert failed(judged(replace(delivery, observation=seen))) >= {"nothing else dead-lettered"}


@no_deadline
@given(delivery=deliveries(most_retries=2))
def test_a_copy_of_a_good_message_must_not_be_dead_lettered(delivery: Delivery) -> None:
    first = replace(good(delivery.observation), message_id=uuid(5000))
    seen = dead_letter_too(delivery.observation, first)
    assert failed(judged(replace(delivery, observation=seen))) == {"nothing else dead-lettered"}


@no_deadline
@given(delivery=deliveries(most_retries=1))
def test_a_copy_that_fails_for_another_reason_fails(delivery: Delivery) -> None:
    copies = [each for each in delivery.copies if each.message.fate == "dead-lettered"]
    seen = delivery.observation
    for copy in copies:
        old = f"message_id={copy.message_id} receive=1 reason=chip_delta"
        seen = swap(seen, old, old.replace("chip_delta", "hole_cards"))
    logged = any("reason=hole_cards" in event.text for event in seen.events)
    expected = {"failed receives", "no other errors"} if logged else set()
    assert failed(judged(replace(delivery, observation=seen))) == expected


@no_deadline
@given(delivery=deliveries(most_retries=2), body=st.sampled_from(["", "corrupt"]))
def test_a_copy_of_a_good_message_that_was_processed_must_not_be_dead_lettered(
    delivery: Delivery, body: str
) -> None:
    copies = [each for each in delivery.copies if each.message.fate == "processed"]
    seen = delivery.observation
    for copy in copies:
        message = replace(copy.message, body=body or copy.message.body)
        seen = dead_letter_too(seen, replace(copy, message=message))
    expected = {"nothing else dead-lettered", "one fate"} if copies else set()
    verdict = judged(replace(delivery, observation=seen))
    assert failed(verdict) == expected
    for copy in copies:
        assert copy.message_id in verdict.copies


@no_deadline
@given(delivery=deliveries(most_retries=2))
def test_a_copy_of_a_poison_message_must_log_its_failures(delivery: Delivery) -> None:
    copies = [each for each in delivery.copies if each.message.fate == "dead-lettered"]
    seen = delivery.observation
    for copy in copies:
        seen = drop(seen, copy.message_id)
    expected = {"failed receives"} if copies else set()
    assert failed(judged(replace(delivery, observation=seen))) == expected


@no_deadline
@given(delivery=deliveries(most_retries=2))
def test_a_copy_of_a_poison_message_keeps_its_body(delivery: Delivery) -> None:
    copies = [each for each in delivery.copies if each.message.fate == "dead-lettered"]
    ids = {each.message_id for each in copies}
    seen = delivery.observation
    corrupt = [
        replace(each, body="corrupt") for each in seen.dead_letters if each.message_id in ids
    ]
    twice = replace(seen, dead_letters=(*corrupt, *seen.dead_letters))
    expected = {"dead-lettered"} if copies else set()
    assert failed(judged(replace(delivery, observation=twice))) == expected


def test_copies_of_messages_with_one_body_are_told_apart_by_their_lines() -> None:
    """Such messages differ in their attributes."""
    bad = Message(body="bad", fate="dead-lettered", log="no kind, {message_id} {receive}")
    other = replace(bad, log="unknown kind, {message_id} {receive}")
    ids = [uuid(100), uuid(101), uuid(200)]
    letters = [DeadLetter(message_id=each, body="bad", sent_at=BEGAN) for each in ids]
    held = zip(("no kind", "unknown kind", "unknown kind"), ids, strict=True)
    lines = [f"[ERROR] {why}, {each} {number}" for why, each in held for number in (1, 2, 3)]

    verdict = text_only(lines, bad, other, retries=1, letters=letters)

    assert failed(verdict) == set()
    assert verdict.copies == (uuid(200),)


def test_failures_without_an_id_are_shared_out_among_copies_too() -> None:
    refused = Message(body="a", fate="dead-lettered", log="refused at {receive}")
    ids = [uuid(100), uuid(200)]
    letters = [DeadLetter(message_id=each, body="a", sent_at=BEGAN) for each in ids]
    lines = [f"[ERROR] refused at {number}" for number in (1, 2, 1, 2, 3, 3)]

    assert failed(text_only(lines, refused, retries=1, letters=letters)) == set()
    assert failed(text_only(lines[1:], refused, retries=1, letters=letters)) == {"failed receives"}


def test_an_old_dead_letter_that_is_taken_for_a_copy_is_not_of_this_run() -> None:
    scenario, observation = the_ten_hands()
    first = good(observation)
    tried = replace(first, retries=1)
    old = replace(first, message_id=uuid(5000), sent_at=first.sent_at - timedelta(minutes=1))
    again = edit(
        replace(observation, sent=(tried, *observation.sent[1:])),
        lambda text: (
            [text, text.replace(first.message_id, old.message_id)]
            if f"message_id={first.message_id}" in text
            else [text]
        ),
    )
    assert failed(judge(scenario, dead_letter_too(again, old), exact_receives=True)) == set()


# When one thing goes wrong, the check for it fails.


def edit(observation: Observation, change: Callable[[str], Iterable[str]]) -> Observation:
    """Replace the text of each event by the texts that `change` returns."""
    return replace(
        observation,
        events=tuple(
            replace(event, text=text) for event in observation.events for text in change(event.text)
        ),
    )


def drop(observation: Observation, *parts: str) -> Observation:
    return edit(observation, lambda text: [] if all(part in text for part in parts) else [text])


def swap(observation: Observation, old: str, new: str) -> Observation:
    return edit(observation, lambda text: [text.replace(old, new)])


def insert(observation: Observation, after: str, *texts: str) -> Observation:
    return edit(observation, lambda text: [text, *texts] if text.startswith(after) else [text])


def change_letter(
    observation: Observation, change: Callable[[DeadLetter], DeadLetter]
) -> Observation:
    first, *others = observation.dead_letters
    others = [each for each in others if each.message_id != first.message_id]
    return replace(observation, dead_letters=(change(first), *others))


def good(observation: Observation) -> Sent:
    return observation.sent[0]


def poison(observation: Observation) -> str:
    return observation.sent[-1].message_id


def without_poison_letter(observation: Observation) -> Observation:
    left = [each for each in observation.dead_letters if each.message_id != poison(observation)]
    return replace(observation, dead_letters=tuple(left))


def dead_letter_too(observation: Observation, sent: Sent) -> Observation:
    more = DeadLetter(message_id=sent.message_id, body=sent.message.body, sent_at=sent.sent_at)
    return replace(observation, dead_letters=(*observation.dead_letters, more))


UNEXPECTED = Sent(
    message_id=uuid(7777),
    sent_at=datetime(2030, 1, 1, tzinfo=UTC),
    message=Message(body="not ours", fate="dead-lettered", log=None),
)

WRONGS: dict[str, tuple[str, Callable[[Observation], Observation]]] = {
    "a message was not sent": ("sent", lambda seen: replace(seen, sent=seen.sent[1:])),
    "a message was sent twice": (
        "sent",
        lambda seen: replace(seen, sent=(*seen.sent, replace(good(seen), message_id=uuid(5)))),
    ),
    "a proof is missing": ("processed", lambda seen: drop(seen, good(seen).message_id)),
    "a proof says something else": (
        "processed",
        lambda seen: swap(seen, f"message_id={good(seen).message_id}", "message_id=none"),
    ),
    "the poison was swallowed": ("dead-lettered", without_poison_letter),
    "a dead letter's body changed": (
        "dead-lettered",
        lambda seen: change_letter(seen, lambda letter: replace(letter, body="other")),
    ),
    "a dead letter's id changed": (
        "dead-lettered",
        lambda seen: change_letter(seen, lambda letter: replace(letter, message_id=uuid(6))),
    ),
    "an unexpected message was dead-lettered": (
        "nothing else dead-lettered",
        lambda seen: dead_letter_too(seen, UNEXPECTED),
    ),
    "a good message was dead-lettered unseen": (
        "nothing else dead-lettered",
        lambda seen: dead_letter_too(drop(seen, good(seen).message_id), good(seen)),
    ),
    "a processed message was dead-lettered too": (
        "one fate",
        lambda seen: dead_letter_too(seen, good(seen)),
    ),
    "a failure has a receive number too high": (
        "failed receives",
        lambda seen: swap(seen, f"{poison(seen)} receive=", f"{poison(seen)} receive=1"),
    ),
    "a failure has the receive number 0": (
        "failed receives",
        lambda seen: edit(
            seen, lambda text: [re.sub(f"({poison(seen)} receive=)[0-9]", r"\g<1>0", text)]
        ),
    ),
    "no failure was logged": ("failed receives", lambda seen: drop(seen, "FAIL", poison(seen))),
    "a failure has another reason": (
        "failed receives",
        lambda seen: swap(seen, "must be int, got str", "is missing"),
    ),
    "a message is visible": (
        "source queue empty",
        lambda seen: replace(seen, source=replace(EMPTY, visible=1)),
    ),
    "a message is in flight": (
        "source queue empty",
        lambda seen: replace(seen, source=replace(EMPTY, in_flight=1)),
    ),
    "a message is delayed": (
        "source queue empty",
        lambda seen: replace(seen, source=replace(EMPTY, delayed=1)),
    ),
    "nothing was logged": ("invocations complete", lambda seen: replace(seen, events=())),
    "a START is missing": ("invocations complete", lambda seen: drop(seen, "START RequestId")),
    "an END is missing": ("invocations complete", lambda seen: drop(seen, "END RequestId")),
    "a REPORT is missing": ("invocations complete", lambda seen: drop(seen, "REPORT RequestId")),
    "a REPORT cannot be read": (
        "invocations complete",
        lambda seen: swap(seen, "Billed Duration", "Billed"),
    ),
    "the function's own line is missing": (
        "invocations complete",
        lambda seen: drop(seen, "invoke request_id"),
    ),
    "the function's own line names another request": (
        "invocations complete",
        lambda seen: swap(seen, "invoke request_id=", "invoke request_id=f"),
    ),
    "an error was logged": (
        "no other errors",
        lambda seen: insert(seen, "START", "[ERROR] something else"),
    ),
    "something critical was logged": (
        "no other errors",
        lambda seen: insert(seen, "START", "[CRITICAL] something else"),
    ),
    "a good message failed once": (
        "no other errors",
        lambda seen: insert(
            seen, "START", f"[ERROR] FAIL message_id={good(seen).message_id} receive=1 reason=x"
        ),
    ),
    "an exception was not caught": (
        "no other errors",
        lambda seen: insert(
            seen, "START", "Traceback (most recent call last):", "  File", "ValueError: boom"
        ),
    ),
    "the function timed out": (
        "no other errors",
        lambda seen: insert(seen, "START", "Task timed out after 1.00 seconds"),
    ),
}


@pytest.mark.parametrize(("name", "wrong"), WRONGS.values(), ids=WRONGS)
def test_one_thing_that_goes_wrong_fails_its_check(
    name: str, wrong: Callable[[Observation], Observation]
) -> None:
    scenario, observation = the_ten_hands()
    verdict = judge(scenario, wrong(observation), exact_receives=True)
    assert not verdict.passed
    assert name in failed(verdict)


@no_deadline
@given(delivery=deliveries(most_retries=1), wrong=st.sampled_from(list(WRONGS.values())))
def test_in_any_delivery_one_thing_that_goes_wrong_fails_its_check(
    delivery: Delivery, wrong: tuple[str, Callable[[Observation], Observation]]
) -> None:
    name, change = wrong
    spoilt = replace(delivery, observation=change(delivery.observation))
    assert name in failed(judged(spoilt))


def test_every_check_is_seen_to_fail() -> None:
    scenario, observation = the_ten_hands()
    names = {check.name for check in judge(scenario, observation, exact_receives=True).checks}
    assert names == {name for name, _ in WRONGS.values()}
    assert len(names) == len(CHECKS)


def test_a_scenario_none_of_which_was_sent_fails() -> None:
    scenario, observation = the_ten_hands()
    nothing = replace(observation, sent=(), events=(), dead_letters=())
    verdict = judge(scenario, nothing, exact_receives=False)
    assert failed(verdict) == {"sent", "invocations complete"}


# The messages of a failed check.


def actual(name: str, observation: Observation, *, exact_receives: bool = True) -> str:
    scenario, _ = the_ten_hands()
    checks = judge(scenario, observation, exact_receives=exact_receives).checks
    (check,) = (check for check in checks if check.name == name)
    assert not check.passed
    return check.actual


def test_a_message_that_failed_instead_is_named_with_the_line_that_was_logged() -> None:
    _, observation = the_ten_hands()
    message_id = good(observation).message_id
    said = f"FAIL message_id={message_id} receive=1 reason=result is missing"
    swapped = edit(observation, lambda text: [f"[ERROR] {said}" if message_id in text else text])
    seen = actual("processed", swapped)
    assert message_id in seen
    assert "AsKs" in seen
    assert "is lost" in seen
    assert repr(said) in seen


def test_a_receive_that_was_not_logged_is_named() -> None:
    _, observation = the_ten_hands()
    seen = actual("failed receives", drop(observation, poison(observation), "receive=2 "))
    assert seen.endswith("no line for receive 2")


def test_on_aws_too_a_failure_for_another_reason_fails_beside_one_for_the_right_reason() -> None:
    _, observation = the_ten_hands()
    wrong = edit(
        observation,
        lambda text: [text.replace("got str", "got list") if "receive=2 " in text else text],
    )
    assert "got list" in actual("failed receives", wrong, exact_receives=False)


def test_more_may_be_logged_of_a_dead_letter_than_its_failures() -> None:
    scenario, observation = the_ten_hands()
    more = insert(observation, "START", f"[INFO] looking at {poison(observation)}")
    assert judge(scenario, more, exact_receives=True).passed


@pytest.mark.parametrize("kind", ["START", "END", "REPORT"])
def test_an_invocation_that_is_not_complete_is_named_with_what_it_lacks(kind: str) -> None:
    _, observation = the_ten_hands()
    seen = actual("invocations complete", drop(observation, f"{kind} RequestId: 32a9202e"))
    assert seen.startswith(f"invocation 32a9202e-7940-4f71-a1c7-201c8723e12e lacks {kind}")


def test_of_many_problems_the_first_are_listed_and_the_others_counted() -> None:
    _, observation = the_ten_hands()
    seen = actual("processed", drop(observation, "ok user="))
    assert seen.count("was never logged") == 5
    assert seen.endswith("; and 4 more")


# Fates.


def fates(observation: Observation) -> list[str]:
    scenario, _ = the_ten_hands()
    messages = judge(scenario, observation, exact_receives=True).messages
    return [message.fate for message in messages]


def test_a_message_without_evidence_is_pending_while_the_queue_holds_any() -> None:
    _, observation = the_ten_hands()
    silent = replace(observation, events=(), dead_letters=())
    holding = replace(silent, source=QueueDepth(visible=0, in_flight=2, delayed=0))
    assert set(fates(holding)) == {"pending"}
    assert set(fates(silent)) == {"lost"}


def test_the_poison_is_lost_when_its_failure_was_logged_and_it_was_deleted() -> None:
    _, observation = the_ten_hands()
    assert fates(without_poison_letter(observation))[-1] == "lost"


def test_the_summary_says_which_checks_still_fail() -> None:
    scenario, observation = the_ten_hands()
    early = replace(
        drop(without_poison_letter(observation), "ok user=aarit"),
        source=QueueDepth(visible=1, in_flight=2, delayed=0),
    )
    assert judge(scenario, early, exact_receives=True).summary == (
        "4 of 9 processed, 0 of 1 dead-lettered; queue: 1 visible, 2 in flight; "
        "not yet: processed, dead-lettered, source queue empty"
    )


# Which lines contain which ids.


@no_deadline
@given(
    messages=st.lists(st.text("ab-", max_size=8), max_size=6),
    ids=st.sets(st.text("ab-", min_size=1, max_size=3), max_size=6),
)
def test_every_line_that_contains_an_id_is_found_once_and_in_order(
    messages: list[str], ids: set[str]
) -> None:
    lines = [
        Line(message=message, level=None, timestamp=BEGAN, stream="s", request_id=str(number))
        for number, message in enumerate(messages)
    ]
    assert lines_with_ids(lines, ids) == {
        each: [line for line in lines if each in line.message] for each in ids
    }


# What is noted and fails no check.


def test_a_duplicate_is_noted() -> None:
    scenario, observation = the_ten_hands()
    again = edit(
        observation,
        lambda text: [text, text.replace("receive=1", "receive=2")] if "AsKs" in text else [text],
    )
    verdict = judge(scenario, again, exact_receives=True)
    assert verdict.passed
    assert verdict.messages[0].receives == 2
    (note,) = verdict.notes
    name = f"message {good(observation).message_id}"
    assert note == f"{name} was duplicated: it was processed 2 times, as SQS delivers at least once"


def test_many_duplicates_are_one_note() -> None:
    scenario, observation = the_ten_hands()
    again = edit(
        observation,
        lambda text: (
            [text, text.replace("receive=1", "receive=2")] if "ok user" in text else [text]
        ),
    )
    (note,) = judge(scenario, again, exact_receives=True).notes
    assert note.startswith("9 messages were duplicated: they were processed up to 2 times, as SQS")


def test_on_aws_a_receive_that_reached_nobody_is_noted_and_fails_nothing() -> None:
    scenario, observation = the_ten_hands()
    gap = drop(observation, poison(observation), "receive=2 ")
    assert judge(scenario, gap, exact_receives=True).notes == ()
    verdict = judge(scenario, gap, exact_receives=False)
    assert verdict.passed
    assert len(verdict.notes) == 1
    assert "but the log does not show 2:" in verdict.notes[0]


def test_what_an_earlier_run_left_is_noted_and_its_failures_are_no_errors_of_this_one() -> None:
    scenario, observation = the_ten_hands()
    old = replace(UNEXPECTED, sent_at=good(observation).sent_at - timedelta(minutes=1))
    late = f"[ERROR] FAIL message_id={old.message_id} receive=3 reason=whatever"
    seen = insert(dead_letter_too(observation, old), "START RequestId: 32a9202e", late)
    verdict = judge(scenario, seen, exact_receives=True)
    assert failed(verdict) == set()
    (note,) = verdict.notes
    assert note == f"message {old.message_id} was in the dead-letter queue before this run"


@pytest.mark.parametrize(
    ("seconds", "wrong"), [(-1, set()), (1, {"invocations complete", "no other errors"})]
)
def test_an_invocation_that_was_over_before_the_first_send_is_not_judged(
    seconds: int, wrong: set[str]
) -> None:
    scenario, observation = the_ten_hands()
    at = good(observation).sent_at + timedelta(seconds=seconds)
    texts = ["[ERROR] something else", f"END RequestId: {uuid(1)}"]
    others = (LogEvent(timestamp=at, stream="other", text=text) for text in texts)
    seen = replace(observation, events=(*others, *observation.events))
    assert failed(judge(scenario, seen, exact_receives=True)) == wrong


# Functions that log less.


def text_only(
    lines: list[str],
    *messages: Message,
    retries: int = 0,
    letters: Sequence[DeadLetter] | None = None,
) -> Verdict:
    texts = [
        f"START RequestId: {uuid(1)} Version: $LATEST",
        *lines,
        f"END RequestId: {uuid(1)}",
        EMULATOR.report.format(id=uuid(1)),
    ]
    sent = tuple(
        Sent(message_id=uuid(100 + n), sent_at=BEGAN, message=message, retries=retries)
        for n, message in enumerate(messages)
    )
    own = tuple(
        DeadLetter(message_id=each.message_id, body=each.message.body, sent_at=BEGAN)
        for each in sent
        if each.message.fate == "dead-lettered"
    )
    observation = Observation(
        sent=sent,
        events=tuple(LogEvent(timestamp=BEGAN, stream="s", text=text) for text in texts),
        dead_letters=own if letters is None else tuple(letters),
        source=EMPTY,
        max_receive_count=MAX_RECEIVE_COUNT,
    )
    scenario = Scenario(name="mine", messages=messages, invocation=None)
    return judge(scenario, observation, exact_receives=True)


def test_one_line_without_an_id_proves_one_message_only() -> None:
    done = Message(body="a", fate="processed", log="done")
    assert failed(text_only(["done"], done, replace(done, body="b"))) == {"processed"}
    assert text_only(["done", "done"], done, replace(done, body="b")).passed


def test_failures_without_an_id_are_shared_out_by_receive_number() -> None:
    refused = Message(body="a", fate="dead-lettered", log="refused at {receive}")
    lines = [f"[ERROR] refused at {number}" for number in (1, 2, 1, 2, 3, 3)]
    assert text_only(lines, refused, replace(refused, body="b")).passed
    assert failed(text_only(lines[1:], refused, replace(refused, body="b"))) == {"failed receives"}


def test_failures_without_a_number_are_counted() -> None:
    refused = Message(body="a", fate="dead-lettered", log="refused {message_id}")
    lines = [f"[ERROR] refused {uuid(100)}"] * 3
    assert text_only(lines, refused).passed
    assert text_only(lines, refused).messages[0].receives == 3
    assert failed(text_only(lines[1:], refused)) == {"failed receives"}


def test_a_dead_letter_whose_failures_are_not_logged_is_proved_by_the_queue_alone() -> None:
    silent = Message(body="a", fate="dead-lettered", log=None)
    verdict = text_only([], silent)
    assert verdict.passed
    assert verdict.messages[0].receives == 0
    assert verdict.invocations[0].records is None


def test_an_expected_failure_may_be_logged_with_its_traceback() -> None:
    refused = Message(body="a", fate="dead-lettered", log="refused {receive}")
    lines = [
        text
        for number in (1, 2, 3)
        for text in (
            f"[ERROR] refused {number}",
            "Traceback (most recent call last):",
            '  File "handler.py", line 1, in f',
            "ValueError: boom",
        )
    ]
    assert failed(text_only(lines, refused)) == set()


# Leftovers of the destroy.


def test_nothing_left_passes_and_each_thing_left_is_named() -> None:
    assert check_leftovers([]).passed
    left = check_leftovers(["queue PokerHandsQueue-1", "role PokerHandsLambdaRole-1"])
    assert not left.passed
    assert left.actual == "queue PokerHandsQueue-1 is left; role PokerHandsLambdaRole-1 is left"
