from __future__ import annotations

import os

from automation.engine.model import with_components
from automation.support.paths import CHECKOUT


def test_a_program_of_any_folder_imports_this_checkouts_components() -> None:
    assert with_components({"A": "b"}) == {"A": "b", "PYTHONPATH": str(CHECKOUT)}


def test_a_users_own_places_for_packages_are_kept() -> None:
    path = with_components({"PYTHONPATH": "/mine"})["PYTHONPATH"]

    assert path.split(os.pathsep) == [str(CHECKOUT), "/mine"]
