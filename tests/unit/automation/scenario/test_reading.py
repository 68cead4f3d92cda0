from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from automation.scenario.model import Message, line_pattern
from automation.scenario.reading import TEN_HANDS, load_scenario, scenario_of
from automation.support.errors import ScenarioError
from automation.support.paths import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

GOOD: dict[str, Any] = {"body": {"n": 1}, "fate": "processed", "log": "done {message_id}"}


def written(folder: Path, document: Any) -> Path:
    path = folder / "mine.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert str(path) in str(caught.value)
    assert caught.value.hint
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_the_ten_hands_are_nine_good_ones_and_the_poison() -> None:
    scenario = load_scenario(TEN_HANDS)
    fates = [message.fate for message in scenario.messages]
    assert fates == ["processed"] * 9 + ["dead-lettered"]
    hands = [json.loads(message.body) for message in scenario.messages]
    assert [hand["chip_delta"] for hand in hands[:9]] == [120, -40, 75, -20, 240, -15, 60, 35, -10]
    assert isinstance(hands[9]["chip_delta"], str)
    assert scenario.invocation is not None


def test_each_of_the_ten_hands_lines_is_the_lesson_s_line_of_its_own_hand() -> None:
    for message in load_scenario(TEN_HANDS).messages[:9]:
        hand = json.loads(message.body)
        assert message.log == (
            f"ok user={hand['user_id']} hole={hand['hole_cards']} delta={hand['chip_delta']:+d} "
            f"result={hand['result']} message_id={{message_id}} receive={{receive}} "
            "age_ms={age_ms}"
        )


def test_a_body_that_is_a_string_is_sent_as_it_is_and_any_other_as_compact_json(
    tmp_path: Path,
) -> None:
    bodies: list[Any] = ["not {JSON", {"user": "Zoë", "n": [1, 2.5]}, 7, None, True, [], '"quoted"']
    messages = [{**GOOD, "body": body} for body in bodies]
    scenario = load_scenario(written(tmp_path, {"name": "mine", "messages": messages}))
    assert [message.body for message in scenario.messages] == [
        "not {JSON",
        '{"user":"Zoë","n":[1,2.5]}',
        "7",
        "null",
        "true",
        "[]",
        '"quoted"',
    ]


def test_what_a_function_does_not_log_may_be_left_out(tmp_path: Path) -> None:
    poison = {"body": "x", "fate": "dead-lettered"}
    scenario = load_scenario(written(tmp_path, {"name": "mine", "messages": [poison]}))
    assert scenario.messages == (Message(body="x", fate="dead-lettered", log=None),)
    assert scenario.invocation is None


def test_all_problems_of_a_file_are_in_one_error_with_their_places(tmp_path: Path) -> None:
    document = {
        "name": "",
        "invokation": "x",
        "invocation": "got {record}",
        "messages": [
            {**GOOD, "fate": "procesed"},
            {"fate": "processed", "body": 1, "delay": 3},
            "a message",
        ],
    }
    said = refusal(written(tmp_path, document))
    for part in (
        "scenario.name: write a name",
        "'invokation' is unknown; write one of name, invocation, messages",
        "scenario.invocation: the placeholder {record} is unknown; write one of {message_id}",
        'scenario.messages[0].fate: write "processed" or "dead-lettered"',
        "scenario.messages[1]: the key 'delay' is unknown; write one of body, fate, log",
        "scenario.messages[1]: a processed message needs 'log'",
        "scenario.messages[2]: write an object with the keys body, fate, log",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "scenario: write an object"),
        ({"name": "mine"}, "scenario: the key 'messages' is missing"),
        ({"messages": [GOOD]}, "scenario: the key 'name' is missing"),
        ({"name": "mine", "messages": []}, "write a list of at least one message"),
        ({"name": "mine", "messages": {}}, "write a list of at least one message"),
        ({"name": "mine", "messages": [{"fate": "dead-lettered"}]}, "the key 'body' is missing"),
        ({"name": "mine", "messages": [{**GOOD, "fate": ["processed"]}]}, ".fate: write"),
        ({"name": "mine", "messages": [{**GOOD, "log": "two\nlines"}]}, ".log: write one log line"),
        ({"name": "mine", "messages": [{**GOOD, "log": "ends\n"}]}, ".log: write one log line"),
        ({"name": "mine", "messages": [{**GOOD, "log": None}]}, ".log: write one log line"),
        ({"name": "mine", "messages": [{**GOOD, "body": ""}]}, "it has 0 bytes"),
        ({"name": "mine", "messages": [{**GOOD, "body": "é" * 524_289}]}, "1,048,578 bytes"),
        ({"name": "mine", "messages": [{**GOOD, "body": "a\x00"}]}, "U+0000"),
        ({"name": "mine", "messages": [{**GOOD, "body": {"a": "\ud800"}}]}, "U+D800"),
        ({"name": "mine", "messages": [{**GOOD, "body": "\uffff"}]}, "U+FFFF"),
    ],
)
def test_what_cannot_be_sent_or_proved_is_refused(tmp_path: Path, document: Any, said: str) -> None:
    assert said in refusal(written(tmp_path, document))


def test_the_largest_body_and_every_kind_of_white_space_can_be_sent(tmp_path: Path) -> None:
    body = "\t\n\r" + "a" * (1_048_576 - 3)
    document = {"name": "mine", "messages": [{**GOOD, "body": body}]}
    assert load_scenario(written(tmp_path, document)).messages[0].body == body


@pytest.mark.parametrize("text", ["", "{", '{"name": NaN}', "[" * 100_000, "9" * 5_000, "\ufeff{}"])
def test_a_file_that_is_not_json_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(text, encoding="utf-8")
    assert "is not JSON" in refusal(path)


def test_a_number_that_json_cannot_represent_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(
        '{"name": "mine", "messages": [{"body": {"n": 1e999}, "fate": "dead-lettered"}]}',
        encoding="utf-8",
    )
    assert "messages[0].body: JSON cannot represent a number in it" in refusal(path)


def test_a_file_that_is_not_text_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe")
    assert "is not JSON" in refusal(tmp_path / "binary.json")
    assert "No such file" in refusal(tmp_path / "absent.json")
    assert "directory" in refusal(tmp_path)


def test_braces_that_hold_no_name_are_literal(tmp_path: Path) -> None:
    log = '{"done": "{message_id}", "n": {}}'
    document = {"name": "mine", "messages": [{**GOOD, "log": log}]}
    assert load_scenario(written(tmp_path, document)).messages[0].log == log
    assert line_pattern(log, message_id="a").fullmatch('{"done": "a", "n": {}}')


def test_a_key_that_is_given_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.json"
    path.write_text('{"name": "x", "messages": [{"body": "a", "body": "b", "fate": "processed"}]}')

    with pytest.raises(ScenarioError, match="the key 'body' is given twice"):
        load_scenario(path)


def test_a_programs_own_scenario_is_next_to_its_project_file(tmp_path: Path) -> None:
    (tmp_path / "scenario.json").touch()

    assert scenario_of(tmp_path) == tmp_path / "scenario.json"


def test_the_ten_hands_are_this_checkouts_and_are_sent_to_no_other_program(tmp_path: Path) -> None:
    assert scenario_of(CHECKOUT) == TEN_HANDS
    with pytest.raises(ScenarioError, match=r"there is no scenario\.json") as raised:
        scenario_of(tmp_path)
    assert "--scenario FILE" in raised.value.hint


def test_a_message_may_have_a_group_a_deduplication_id_and_attributes(tmp_path: Path) -> None:
    of_fifo = {
        "message_group_id": "a",
        "message_deduplication_id": "7",
        "message_attributes": {"source": "web", "priority": 2},
    }

    scenario = load_scenario(written(tmp_path, {"name": "x", "messages": [{**GOOD, **of_fifo}]}))

    (message,) = scenario.messages
    assert message == Message(
        body='{"n":1}',
        fate="processed",
        log="done {message_id}",
        message_group_id="a",
        message_deduplication_id="7",
        message_attributes={"source": "web", "priority": 2},
    )
    assert len({message, message}) == 1


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("message_group_id", "", "write 1 to 128 letters"),
        ("message_group_id", "a b", "without spaces"),
        ("message_group_id", "x" * 129, "write 1 to 128 letters"),
        ("message_deduplication_id", 7, "write 1 to 128 letters"),
        ("message_attributes", [], "write an object"),
        ("message_attributes", {str(n): "x" for n in range(11)}, "at most 10"),
        ("message_attributes", {"AWS.x": "x"}, "does not accept the name 'AWS.x'"),
        ("message_attributes", {"a b": "x"}, "does not accept the name 'a b'"),
        ("message_attributes", {"a": ""}, "write text that is not empty, or a number"),
        ("message_attributes", {"a": True}, "write text that is not empty, or a number"),
        ("message_attributes", {"a": [1]}, "write text that is not empty, or a number"),
    ],
)
def test_what_sqs_refuses_in_a_message_is_told_with_its_place(
    key: str, value: Any, problem: str, tmp_path: Path
) -> None:
    text = refusal(written(tmp_path, {"name": "x", "messages": [{**GOOD, key: value}]}))

    assert f"messages[0].{key}" in text
    assert problem in text
