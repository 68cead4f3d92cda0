from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.components.harness import every_apply_must_finish

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def apply_guard() -> Iterator[None]:
    with every_apply_must_finish():
        yield
