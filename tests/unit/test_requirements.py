"""What the pinned requirements must be for `make demo` to install them on a new machine."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from automation.support.paths import CHECKOUT

FILES = ("requirements.txt", "requirements-dev.txt")


def pinned() -> dict[str, Requirement]:
    lines = [line for name in FILES for line in (CHECKOUT / name).read_text().splitlines()]
    pins = [Requirement(line.rstrip(" \\")) for line in lines if line and line[0] not in " #"]
    return {canonicalize_name(pin.name): pin for pin in pins}


def demanded(pin: Requirement) -> list[Requirement]:
    """What a pinned package, as installed here, requires with an extra."""
    try:
        lines = requires(pin.name) or []
    except PackageNotFoundError:  # pinned for another platform
        return []
    extras = pin.extras or {""}
    return [
        one
        for one in map(Requirement, lines)
        if one.extras
        and (one.marker is None or any(one.marker.evaluate({"extra": name}) for name in extras))
    ]


def test_pins_name_the_extras_that_other_packages_ask_for() -> None:
    # pip before 23.3 takes the newest release for name[extra] where the pin has no extra, and then
    # refuses it as not pinned: a lock that installed yesterday breaks with the next release.
    pins = pinned()
    asked = [one for pin in pins.values() for one in demanded(pin)]

    assert asked, "no package asks for an extra any more: this test can go"
    for one in asked:
        assert one.extras <= pins[canonicalize_name(one.name)].extras, str(one)
