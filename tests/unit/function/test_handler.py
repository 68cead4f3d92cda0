from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from handler import lambda_handler
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator

no_deadline = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

FUNCTION = Path(__file__).resolve().parents[3] / "function"
CONTEXT = SimpleNamespace(aws_request_id="4b2c9e71", memory_limit_in_mb="128")
VALID = '{"user_id": "aarit", "hole_cards": "AsKs", "chip_delta": 120, "result": "won"}'
POISON = '{"user_id": "aarit", "hole_cards": "TsJs", "chip_delta": "lots", "result": "won"}'

VALUE = r'([!#-<>-\[\]-~]+|"(?:[ !#-\[\]-~]|\\["\\bfnrt]|\\u[0-9a-f]{4})*")'
NUMBER = r"(\d+|\?)"
INVOKE = re.compile(rf"invoke request_id={VALUE} memory_mb={VALUE} records=(\d+)")
OK = re.compile(
    rf"ok user={VALUE} hole=((?:[2-9TJQKA][cdhs]){{2}}) delta=([+-]\d+) result=(won|lost|folded) "
    rf"message_id={VALUE} receive={NUMBER} age_ms={NUMBER}"
)
FAIL = re.compile(rf"FAIL message_id={VALUE} receive={NUMBER} age_ms={NUMBER} reason=([ -~]+)")

NOW_MS = 1_764_087_102_123
NO_NUMBERS = [None, "", 1, True, "x", "-1", "1.0", "1 ", "\u0663", "²", [1], "9" * 5000]

VALID_HANDS = [
    ("aarit", "AsKs", 120, "won", "ok user=aarit hole=AsKs delta=+120 result=won"),
    ("aarit", "7h2d", -40, "folded", "ok user=aarit hole=7h2d delta=-40 result=folded"),
    ("aarit", "QdQh", 75, "won", "ok user=aarit hole=QdQh delta=+75 result=won"),
    ("aditya", "JsTs", -20, "lost", "ok user=aditya hole=JsTs delta=-20 result=lost"),
    ("aditya", "AhAs", 240, "won", "ok user=aditya hole=AhAs delta=+240 result=won"),
    ("aarit", "5c6c", -15, "folded", "ok user=aarit hole=5c6c delta=-15 result=folded"),
    ("aditya", "KhQh", 60, "won", "ok user=aditya hole=KhQh delta=+60 result=won"),
    ("aarit", "9d9s", 35, "won", "ok user=aarit hole=9d9s delta=+35 result=won"),
    ("aditya", "3h4h", -10, "folded", "ok user=aditya hole=3h4h delta=-10 result=folded"),
]

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # unpaired surrogates too
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
    max_leaves=10,
)
BODIES = st.sampled_from([VALID, POISON]) | ANY_TEXT | ANY_JSON.map(json.dumps) | ANY_JSON
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "messageId": st.sampled_from(["m1", "m2", "m3"]) | ANY_TEXT | ANY_JSON,
        "body": BODIES,
        "attributes": st.fixed_dictionaries(
            {},
            optional={
                "ApproximateReceiveCount": st.sampled_from(["1", "2"]) | ANY_JSON,
                "SentTimestamp": st.just(str(NOW_MS)) | ANY_JSON,
            },
        )
        | ANY_JSON,
    },
)
USER_IDS = ANY_TEXT.map(lambda text: text[:128]).filter(str.strip)


@pytest.fixture(autouse=True, scope="module")
def clock() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("handler.time", SimpleNamespace(time_ns=lambda: NOW_MS * 1_000_000))
        yield


class RecordingHandler(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((record.levelname, record.getMessage()))


@contextmanager
def root_logger_with(handler: logging.Handler) -> Iterator[None]:
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


def handle(event: object, context: object = CONTEXT) -> tuple[list[str], list[tuple[str, str]]]:
    """Call the handler; return the ids that it reports as failed, and its log lines with levels."""
    log = RecordingHandler()
    with root_logger_with(log):
        response = lambda_handler(event, context)
    assert list(response) == ["batchItemFailures"]
    failures = response["batchItemFailures"]
    assert all(list(failure) == ["itemIdentifier"] for failure in failures)
    return [failure["itemIdentifier"] for failure in failures], log.lines


def record(
    body: object = VALID,
    message_id: object = "m1",
    receive: object = "1",
    sent: object = str(NOW_MS - 312),
) -> dict[str, Any]:
    return {
        "messageId": message_id,
        "body": body,
        "attributes": {"ApproximateReceiveCount": receive, "SentTimestamp": sent},
    }


def batch(*records: object) -> dict[str, Any]:
    return {"Records": list(records)}


def unquoted(value: str) -> str:
    return str(json.loads(value)) if value.startswith('"') else value


def test_nine_valid_hands_and_the_poison_hand_get_their_lines() -> None:
    names = ("user_id", "hole_cards", "chip_delta", "result")
    bodies = [json.dumps(dict(zip(names, hand[:4], strict=True))) for hand in VALID_HANDS]
    event = batch(*(record(body, f"m{i}") for i, body in enumerate([*bodies, POISON])))
    failed, lines = handle(event)
    assert failed == ["m9"]
    assert lines == [
        ("INFO", "invoke request_id=4b2c9e71 memory_mb=128 records=10"),
        *(
            ("INFO", f"{hand[4]} message_id=m{i} receive=1 age_ms=312")
            for i, hand in enumerate(VALID_HANDS)
        ),
        ("ERROR", "FAIL message_id=m9 receive=1 age_ms=312 reason=chip_delta must be int, got str"),
    ]


@pytest.mark.parametrize(
    "event",
    [{}, batch(), *({"Records": wrong} for wrong in (None, 7, "x", {"0": 1})), None, [], "x"],
)
def test_an_event_without_records_fails_nothing(event: object) -> None:
    assert handle(event) == (
        [],
        [("INFO", "invoke request_id=4b2c9e71 memory_mb=128 records=0")],
    )


def test_a_context_without_attributes_is_shown_as_unknown() -> None:
    assert handle({}, None) == ([], [("INFO", "invoke request_id=? memory_mb=? records=0")])


@pytest.mark.parametrize("body", [None, "", "{", "[" * 200_000, "9" * 5000, "\ud800", POISON])
def test_a_record_that_fails_does_not_affect_the_others(body: object) -> None:
    failed, lines = handle(batch(record(), record(body, "bad"), record(message_id="m2")))
    assert failed == ["bad"]
    assert [line.split()[0] for _, line in lines] == ["invoke", "ok", "FAIL", "ok"]


def test_a_record_without_a_body_fails() -> None:
    failed, lines = handle(batch({"messageId": "m1"}))
    assert failed == ["m1"]
    assert lines[1:] == [
        ("ERROR", "FAIL message_id=m1 receive=? age_ms=? reason=body must be str, got NoneType")
    ]


def test_when_every_record_fails_the_response_lists_every_id() -> None:
    failed, _ = handle(batch(record(POISON, "m1"), record(POISON, "m2")))
    assert failed == ["m1", "m2"]


def test_an_id_is_listed_once_even_if_its_record_came_twice() -> None:
    failed, lines = handle(batch(record(POISON, "m1"), record(VALID, "m1"), record(POISON, "m1")))
    assert failed == ["m1"]
    assert len(lines) == 4


@pytest.mark.parametrize("without_id", [None, [], "x", 7, {"body": POISON}, record(POISON, "")])
def test_a_failed_record_without_an_id_is_logged_but_not_in_the_response(
    without_id: object,
) -> None:
    failed, lines = handle(batch(without_id, record(POISON, "m2")))
    assert failed == ["m2"]
    level, line = lines[1]
    assert level == "ERROR"
    assert line.startswith('FAIL message_id="" ')


@pytest.mark.parametrize("message_id", [None, "", 7, ["m1"]])
def test_a_valid_hand_needs_no_id_to_be_processed(message_id: object) -> None:
    failed, lines = handle(batch(record(VALID, message_id)))
    assert failed == []
    assert lines[1][1].endswith(' result=won message_id="" receive=1 age_ms=312')


def test_the_receive_count_comes_from_the_record() -> None:
    _, lines = handle(batch(record(VALID, receive="2"), record(POISON, receive="3")))
    assert lines[1][1].endswith(" receive=2 age_ms=312")
    assert " receive=3 age_ms=312 reason=" in lines[2][1]


@pytest.mark.parametrize("receive", NO_NUMBERS)
def test_a_receive_count_that_is_not_a_number_is_shown_as_unknown(receive: object) -> None:
    _, lines = handle(batch(record(receive=receive)))
    assert lines[1][1].endswith(" message_id=m1 receive=? age_ms=312")


def test_the_age_of_a_message_is_that_of_its_sending() -> None:
    _, lines = handle(batch(record(sent=str(NOW_MS)), record(sent=str(NOW_MS - 86_400_000))))
    assert [line.rpartition(" ")[2] for _, line in lines[1:]] == ["age_ms=0", "age_ms=86400000"]


def test_a_clock_behind_that_of_sqs_makes_no_negative_age() -> None:
    _, lines = handle(batch(record(sent=str(NOW_MS + 5))))
    assert lines[1][1].endswith(" age_ms=0")


@pytest.mark.parametrize("sent", NO_NUMBERS)
def test_an_age_is_unknown_if_the_record_does_not_say_when_it_was_sent(sent: object) -> None:
    _, lines = handle(batch(record(sent=sent)))
    assert lines[1][1].endswith(" receive=1 age_ms=?")


def test_ids_cannot_forge_a_line_or_a_field() -> None:
    context = SimpleNamespace(aws_request_id="r\nok", memory_limit_in_mb="1 records=9")
    failed, lines = handle(batch(record("{}", "m\u2028 receive=9")), context)
    assert failed == ["m\u2028 receive=9"]
    assert [line for _, line in lines] == [
        r'invoke request_id="r\nok" memory_mb="1 records=9" records=1',
        r'FAIL message_id="m\u2028 receive=9" receive=1 age_ms=312 reason=chip_delta is missing',
    ]


@no_deadline
@given(st.lists(RECORDS | ANY_JSON, max_size=10))
def test_any_batch_gets_a_line_for_each_record_and_a_valid_partial_batch_response(
    records: list[Any],
) -> None:
    failed, lines = handle({"Records": records})
    ids = [entry.get("messageId") for entry in records if isinstance(entry, dict)]
    assert all(name and name in ids for name in failed)
    assert len(failed) == len(set(failed))
    (_, invoke), *outcomes = lines
    assert INVOKE.fullmatch(invoke)
    assert len(outcomes) == len(records)
    assert all((OK if level == "INFO" else FAIL).fullmatch(line) for level, line in outcomes)


@no_deadline
@given(ANY_JSON)
def test_any_event_gets_a_response(event: object) -> None:
    assert handle(event)[0] == []


@no_deadline
@given(USER_IDS)
def test_a_line_reads_back_to_the_user_id_that_was_sent(user_id: str) -> None:
    sent = json.dumps(json.loads(VALID) | {"user_id": user_id})
    failed, lines = handle(batch(record(sent)))
    assert failed == []
    read = OK.fullmatch(lines[1][1])
    assert read
    assert unquoted(read[1]) == json.loads(sent)["user_id"]
    assert read.groups()[1:] == ("AsKs", "+120", "won", "m1", "1", "312")


class FailingHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise OSError(record.getMessage())


def test_a_log_that_fails_loses_no_hand_and_does_not_raise() -> None:
    with root_logger_with(FailingHandler()):
        failed, _ = handle(batch(record(VALID, "m1"), record(POISON, "m2")))
    assert failed == ["m1", "m2"]


def run_like_lambda(before_import: str) -> subprocess.CompletedProcess[str]:
    """Handle a poison record in a fresh interpreter; these lines run before the import."""
    program = f"""
import json, logging, sys
sys.path.insert(0, {str(FUNCTION)!r})
{before_import}
from handler import lambda_handler
response = lambda_handler({batch(record(POISON, sent=None))!r}, None)
assert response == {{"batchItemFailures": [{{"itemIdentifier": "m1"}}]}}
"""
    return subprocess.run(
        [sys.executable, "-I", "-B", "-c", program],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )


def test_without_a_log_handler_the_lines_go_to_stderr_with_their_level() -> None:
    ran = run_like_lambda("")
    assert ran.stdout == ""
    assert ran.stderr.splitlines() == [
        "[INFO] invoke request_id=? memory_mb=? records=1",
        "[ERROR] FAIL message_id=m1 receive=1 age_ms=? reason=chip_delta must be int, got str",
    ]


def test_with_an_existing_log_handler_the_lines_go_only_to_it() -> None:
    ran = run_like_lambda(
        "logging.basicConfig(stream=sys.stdout, format='%(levelname)s\\t%(message)s')"
    )
    assert ran.stderr == ""
    assert ran.stdout.splitlines() == [
        "INFO\tinvoke request_id=? memory_mb=? records=1",
        "ERROR\tFAIL message_id=m1 receive=1 age_ms=? reason=chip_delta must be int, got str",
    ]


def test_the_import_loads_only_json_logging_and_the_functions_own_files() -> None:
    ran = run_like_lambda(
        "before = set(sys.modules); import atexit; atexit.register("
        "lambda: print(*sorted(set(sys.modules) - before)))"
    )
    assert ran.stdout.split() == ["__future__", "handler", "hands"]
