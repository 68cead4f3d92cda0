from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from components.testing import every_apply_must_finish

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def apply_guard() -> Iterator[None]:
    with every_apply_must_finish(Path(__file__).parent):
        yield
