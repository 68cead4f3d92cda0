from __future__ import annotations

import json
import keyword
import re
import shlex
from pathlib import Path

import pytest

from automation.cli import parser
from automation.emulator.provider.invokes import INVOKES
from automation.emulator.provider.resources import RESOURCE_TYPES
from automation.scenario.reading import load_scenario
from automation.support.paths import CHECKOUT
from tests.pages import PAGES, commands, documented, name, without_words

TARGETS = set(re.findall(r"^([a-z]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
LINK = re.compile(r"\]\(([^)]+)\)")
JSON = re.compile(r"^ *```json\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


def test_the_pages_have_commands_links_and_scenarios() -> None:
    """The tests below would pass if they found nothing."""
    text = "".join(page.read_text() for page in PAGES)

    assert len(documented()) > 60
    assert sum(len(commands(page, "make ")) for page in PAGES) > 10
    assert len(LINK.findall(text)) > 100
    assert len([block for block in JSON.findall(text) if "messages" in json.loads(block)]) >= 2


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_of_a_page_is_one_that_the_parser_takes(page: Path) -> None:
    for line in commands(page, "python -m automation"):
        command = without_words(line).partition(" > ")[0]
        arguments = shlex.split(command.replace("…", "").replace("$PWD", "."), comments=True)[3:]
        if not arguments or arguments == ["--version"]:
            continue
        try:
            parser().parse(arguments)
        except SystemExit as refused:
            assert refused.code == 0, f"{name(page)}: {line}"  # noqa: PT017 -- the parser exits


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_target_of_a_page_exists(page: Path) -> None:
    named = {shlex.split(line, comments=True)[1] for line in commands(page, "make ")}

    assert named <= TARGETS


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page

        assert linked.exists(), f"{name(page)}: {target}"
        if anchor:
            assert anchor in anchors(linked), f"{name(page)}: {target}"


def test_the_page_of_the_scenario_file_has_every_key_of_its_schema() -> None:
    schema = json.loads((CHECKOUT / "docs" / "scenario.schema.json").read_text())
    page = (CHECKOUT / "docs" / "scenario.md").read_text()

    for key in schema["properties"]:
        assert f"`{key}`" in page
    for key in schema["$defs"]["message"]["properties"]:
        assert f"`messages[].{key}`" in page


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_scenario_of_a_page_is_valid(page: Path, tmp_path: Path) -> None:
    for block in JSON.findall(page.read_text()):
        if "messages" in json.loads(block):
            scenario = tmp_path / "scenario.json"
            scenario.write_text(block)

            assert load_scenario(scenario).messages


def in_python(token: str) -> str:
    """What pulumi_aws calls a resource type or a function."""
    module, name = re.fullmatch(r"aws:(\w+)/\w+:(\w+)", token).groups()  # type: ignore[union-attr] # a token
    service = f"{module}_" if keyword.iskeyword(module) else module
    snake = re.sub("([A-Z])", r"_\1", name).lower()
    return f"aws.{snake}" if module == "index" else f"aws.{service}.{name}"


def test_the_page_of_the_emulator_lists_what_a_program_may_contain_there() -> None:
    page = (CHECKOUT / "docs" / "emulator.md").read_text()
    _, _, rest = page.partition("## What a program may contain\n")
    section, _, _ = rest.partition("\n## ")

    listed = re.findall(r"`(aws\.[\w.]+)`", section)
    assert sorted(listed) == sorted(map(in_python, [*RESOURCE_TYPES, *INVOKES]))
