from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hands import (
    Hand,
    InvalidHandError,
    fail_line,
    invoke_line,
    ok_line,
    parse_hand,
    quoted,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

no_deadline = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

VALID: dict[str, Any] = {
    "user_id": "aarit",
    "hole_cards": "AsKs",
    "chip_delta": 120,
    "result": "won",
}
CARDS = [rank + suit for rank in "23456789TJQKA" for suit in "cdhs"]
REASON = re.compile(r"(body|chip_delta|user_id|hole_cards|result) (is missing|must [ -~]+)")

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # unpaired surrogates too
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
)
NEARLY_HANDS = st.fixed_dictionaries(
    {},
    optional={
        "user_id": ANY_JSON | st.just("aarit"),
        "hole_cards": ANY_JSON | st.sampled_from(["AsKs", "AsAs", "asks"]),
        "chip_delta": ANY_JSON | st.sampled_from([120, 2**63, "120"]),
        "result": ANY_JSON | st.sampled_from(["won", "draw"]),
    },
)
VALID_HANDS = st.builds(
    Hand,
    user_id=st.text(min_size=1, max_size=128).filter(str.strip),
    hole_cards=st.permutations(CARDS).map(lambda deck: deck[0] + deck[1]),
    chip_delta=st.integers(-(2**63), 2**63 - 1),
    result=st.sampled_from(["won", "lost", "folded"]),
)


def body(**changes: Any) -> str:
    return json.dumps(VALID | changes)


def reason(given_body: object) -> str:
    with pytest.raises(InvalidHandError) as raised:
        parse_hand(given_body)
    return str(raised.value)


def test_a_valid_body_becomes_a_hand() -> None:
    assert parse_hand(body()) == Hand("aarit", "AsKs", 120, "won")


def test_a_hand_cannot_be_changed() -> None:
    hand = parse_hand(body())
    with pytest.raises(AttributeError):
        hand.chip_delta = 240  # type: ignore[misc]  # the point of the test
    with pytest.raises(AttributeError):
        hand.note = "lucky"  # type: ignore[attr-defined]  # the point of the test


@no_deadline
@given(VALID_HANDS)
def test_every_valid_hand_survives_a_round_trip_through_json(hand: Hand) -> None:
    assert parse_hand(json.dumps(hand._asdict())) == hand
    assert parse_hand(json.dumps(hand._asdict(), ensure_ascii=False)) == hand


@pytest.mark.parametrize("user_id", ["x", "x" * 128, " x ", "\ud800", "名前", 'a"b', "\x00"])
def test_a_user_id_may_hold_any_character(user_id: str) -> None:
    assert parse_hand(body(user_id=user_id)).user_id == user_id


@pytest.mark.parametrize("delta", [0, -1, 2**63 - 1, -(2**63)])
def test_a_chip_delta_may_be_any_signed_64_bit_integer(delta: int) -> None:
    assert parse_hand(body(chip_delta=delta)).chip_delta == delta


def test_unknown_keys_are_ignored() -> None:
    assert parse_hand(body(table=7, note=[{"deep": None}])) == parse_hand(body())


def test_the_last_value_of_a_repeated_key_counts() -> None:
    twice = body().replace('"chip_delta": 120', '"chip_delta": "x", "chip_delta": 5')
    assert parse_hand(twice).chip_delta == 5


@pytest.mark.parametrize(
    ("given_body", "expected"),
    [
        (None, "body must be str, got NoneType"),
        (b"{}", "body must be str, got bytes"),
        (VALID, "body must be str, got dict"),
        ("", "body must be JSON, broken at character 0"),
        ("\ufeff{}", "body must be JSON, broken at character 0"),
        ('{"user_id": nobody}', "body must be JSON, broken at character 12"),
        (body() + "x", f"body must be JSON, broken at character {len(body())}"),
        ("\ud800", "body must be JSON, broken at character 0"),
        ("null", "body must be a JSON object, got NoneType"),
        ("[]", "body must be a JSON object, got list"),
        ('"AsKs"', "body must be a JSON object, got str"),
        ("NaN", "body must be JSON with finite numbers of sane length"),
        (body(note=float("inf")), "body must be JSON with finite numbers of sane length"),
        (body(chip_delta=float("-inf")), "body must be JSON with finite numbers of sane length"),
        ("9" * 5000, "body must be JSON with finite numbers of sane length"),
        ("[" * 200_000, "body must not be nested as deep as this"),
        ('{"a":' * 200_000, "body must not be nested as deep as this"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_body_that_is_not_a_json_object_gets_a_reason(given_body: object, expected: str) -> None:
    assert reason(given_body) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"chip_delta": "120"}, "chip_delta must be int, got str"),
        ({"chip_delta": True}, "chip_delta must be int, got bool"),
        ({"chip_delta": 120.0}, "chip_delta must be int, got float"),
        ({"chip_delta": None}, "chip_delta must be int, got NoneType"),
        ({"chip_delta": 2**63}, "chip_delta must fit in signed 64 bits"),
        ({"chip_delta": -(2**63) - 1}, "chip_delta must fit in signed 64 bits"),
        ({"user_id": 7}, "user_id must be str, got int"),
        ({"user_id": ""}, "user_id must be 1 to 128 characters, not only spaces"),
        ({"user_id": " " * 3}, "user_id must be 1 to 128 characters, not only spaces"),
        ({"user_id": "\t\n\u3000"}, "user_id must be 1 to 128 characters, not only spaces"),
        ({"user_id": "x" * 129}, "user_id must be 1 to 128 characters, not only spaces"),
        ({"hole_cards": ["As", "Ks"]}, "hole_cards must be str, got list"),
        ({"hole_cards": "AsAs"}, "hole_cards must be two different cards"),
        ({"result": None}, "result must be str, got NoneType"),
        ({"result": ["won"]}, "result must be str, got list"),
        ({"result": "Won"}, "result must be one of won, lost, folded"),
        ({"result": "won\n"}, "result must be one of won, lost, folded"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_the_reason_names_the_field_and_the_rule_that_it_breaks(
    changes: dict[str, object], expected: str
) -> None:
    assert reason(body(**changes)) == expected


@pytest.mark.parametrize(
    "cards",
    [
        "",
        "As",
        "AsK",
        "AsKsQs",
        "AsKs\n",
        " AsKs",
        "As Ks",
        "asks",
        "sAsK",
        "1sKs",
        "10sKs",
        "AxKs",
    ],
)
def test_hole_cards_are_exactly_two_cards_of_a_deck(cards: str) -> None:
    assert reason(body(hole_cards=cards)) == (
        "hole_cards must be two cards, each of [2-9TJQKA][cdhs]"
    )


@pytest.mark.parametrize("field", VALID)
def test_a_missing_field_is_named(field: str) -> None:
    without = {name: value for name, value in VALID.items() if name != field}
    assert reason(json.dumps(without)) == f"{field} is missing"


def test_fields_are_checked_chip_delta_first_then_in_the_order_of_the_line() -> None:
    hand: dict[str, object] = {}
    reasons = [reason(json.dumps(hand))]
    for field in ("chip_delta", "user_id", "hole_cards"):
        hand[field] = VALID[field]
        reasons.append(reason(json.dumps(hand)))
    assert reasons == [
        "chip_delta is missing",
        "user_id is missing",
        "hole_cards is missing",
        "result is missing",
    ]


@pytest.mark.parametrize(
    "given_body",
    [
        "s3cret",
        '"s3cret"',
        '{"s3cret": 1}',
        body(chip_delta="s3cret"),
        body(user_id="s3cret" * 30),
        body(hole_cards="s3cret"),
        body(result="s3cret"),
    ],
)
def test_a_reason_never_quotes_the_body(given_body: str) -> None:
    assert "s3cret" not in reason(given_body)


@no_deadline
@given(ANY_TEXT | (ANY_JSON | NEARLY_HANDS).map(json.dumps) | ANY_JSON)
def test_any_body_is_a_hand_or_gets_a_reason_of_one_line(any_body: Any) -> None:
    try:
        hand = parse_hand(any_body)
    except InvalidHandError as error:
        reason_text = str(error)
        assert REASON.fullmatch(reason_text)
    else:
        assert hand._asdict().items() <= json.loads(any_body).items()


@pytest.mark.parametrize("text", ["aarit", "o'brien", "a@b.c,d", "~!#$%[]{}", "{0}%s%d"])
def test_printable_ascii_is_not_quoted(text: str) -> None:
    assert quoted(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '""'),
        ("a b", '"a b"'),
        ("a=b", '"a=b"'),
        ('a"b', r'"a\"b"'),
        ("a\\b", r'"a\\b"'),
        ("a\nb\r", r'"a\nb\r"'),
        ("a\x7f\x85", r'"a\u007f\u0085"'),
        ("\u2028é", r'"\u2028\u00e9"'),
        ("😀", r'"\ud83d\ude00"'),
        ("\ud83d", r'"\ud83d"'),
    ],
)
def test_any_other_text_becomes_a_json_string(text: str, expected: str) -> None:
    assert quoted(text) == expected


@no_deadline
@given(st.text(st.characters(exclude_categories=())))
def test_a_quoted_text_is_printable_ascii_and_reads_back(text: str) -> None:
    formatted = quoted(text)
    assert formatted.isascii()
    assert formatted.isprintable()
    as_sent = json.loads(json.dumps(text))  # JSON joins surrogate pairs
    assert (json.loads(formatted) if formatted.startswith('"') else formatted) == as_sent


def test_the_lines_have_the_agreed_format() -> None:
    hand = Hand("aarit", "7h2d", -40, "folded")
    error = InvalidHandError("chip_delta must be int, got str")
    assert [
        invoke_line(request_id="4b2c", memory_mb="128", records=9),
        ok_line(hand, message_id="9e4d", receive="1", age_ms="312"),
        fail_line(error, message_id="9e4e", receive="3", age_ms="4410"),
    ] == [
        "invoke request_id=4b2c memory_mb=128 records=9",
        "ok user=aarit hole=7h2d delta=-40 result=folded message_id=9e4d receive=1 age_ms=312",
        "FAIL message_id=9e4e receive=3 age_ms=4410 reason=chip_delta must be int, got str",
    ]


def test_a_delta_of_zero_has_a_sign() -> None:
    hand = Hand("a", "AsKs", 0, "folded")
    assert " delta=+0 " in ok_line(hand, message_id="m", receive="1", age_ms="0")
