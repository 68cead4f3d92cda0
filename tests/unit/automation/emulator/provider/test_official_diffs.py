"""The plans of updates against those that the official provider made for record_diffs.py."""

from __future__ import annotations

import pytest

from automation.emulator.provider.diff import differences
from automation.emulator.provider.resources import RESOURCE_TYPES
from tests.unit.automation.emulator.provider import update_cases
from tests.unit.automation.emulator.provider.recorded_diffs import recorded

UPDATES = list(recorded())


def test_the_record_has_every_case() -> None:
    assert len(UPDATES) == len(list(update_cases.cases())) > 400


@pytest.mark.parametrize("token", update_cases.BASES)
def test_an_update_changes_and_replaces_what_it_does_in_the_official_provider(token: str) -> None:
    for update, changes, replaces in (each for each in UPDATES if each[0].token == token):
        found = differences(RESOURCE_TYPES[token], update.state, update.inputs)
        assert sorted({each.name for each in found}) == changes, update
        assert sorted({each.name for each in found if each.replaces}) == replaces, update
