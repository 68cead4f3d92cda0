from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.emulator.provider.values import (
    SIGNATURE_KEY,
    UNKNOWN,
    UNKNOWNS,
    Archive,
    Asset,
    Secret,
    conceal,
    decode,
    encode,
    is_unknown,
    reveal,
)

texts = st.text(st.characters(exclude_categories=["Cs"]))
keys = texts.filter(lambda key: key != SIGNATURE_KEY)
assets = st.builds(Asset, hash=texts, text=texts) | st.builds(Asset, hash=texts, path=texts)
archives = st.recursive(
    st.builds(Archive, hash=texts, path=texts),
    lambda inner: st.builds(
        Archive, hash=texts, assets=st.dictionaries(keys, inner | assets, max_size=3)
    ),
    max_leaves=3,
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | texts.filter(lambda text: text not in UNKNOWNS)
    | st.just(UNKNOWN)
    | assets
    | archives
)
plain = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
properties = st.dictionaries(keys, plain | st.builds(Secret, plain), max_size=4)


@given(properties)
def test_what_is_encoded_decodes_to_the_same(value: dict[str, Any]) -> None:
    assert decode(encode(value)) == value


@given(properties)
def test_a_revealed_value_holds_no_secret_and_concealing_brings_each_back(
    value: dict[str, Any],
) -> None:
    revealed = reveal(value)
    assert "Secret(" not in repr(revealed)
    concealed = conceal(revealed, value)
    assert reveal(concealed) == revealed
    for key, part in value.items():
        assert isinstance(concealed[key], Secret) == isinstance(part, Secret)


@pytest.mark.parametrize("sentinel", sorted(UNKNOWNS))
def test_each_of_the_engines_unknown_values_is_unknown(sentinel: str) -> None:
    assert decode(encode({"a": sentinel})) == {"a": UNKNOWN}


def test_a_secret_within_an_object_conceals_its_own_key_only() -> None:
    assert conceal({"a": 1, "b": 2}, {"a": Secret(0)}) == {"a": Secret(1), "b": 2}


def test_a_secret_within_a_list_conceals_the_whole_list() -> None:
    assert conceal([1, 2], [Secret(2), 1]) == Secret([1, 2])


def test_an_unknown_part_makes_the_whole_unknown() -> None:
    assert is_unknown({"a": [1, {"b": UNKNOWN}]})
    assert not is_unknown({"a": [1, {"b": 2}]})


def test_a_value_of_a_kind_that_no_one_told_of_is_an_error() -> None:
    with pytest.raises(ValueError, match="signature abc"):
        decode(encode({"a": {SIGNATURE_KEY: "abc"}}))
