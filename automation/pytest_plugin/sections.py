"""The sections that a live stack adds to the report of a test that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.judge.evidence import gather
from automation.scenario.model import Scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automation.judge.evidence import MessageEvidence
    from automation.observe.observation import Observation
    from automation.pytest_plugin.stack import LiveStack

MOST_LINES = 200  # of a log; the last ones say why a test failed
MOST_CHARACTERS = 200  # of a body

Section = tuple[str, str]


def sections(stack: LiveStack) -> list[Section]:
    """Return the sections of a stack, or one that says why it cannot be read."""
    try:
        lines = stack.log()
        seen = stack.observe()
        bodies = {
            "log": log_section(lines),
            "dead-letter queue": dead_letters_section(seen),
            "messages": messages_section(seen, exact_receives=stack.exact_receives),
        }
    except Exception as error:  # noqa: BLE001 -- whatever it is, the test's own failure must be seen
        bodies = {"not read": f"the stack could not be read: {type(error).__name__}: {error}"}
    return [(f"live stack {stack.name}: {title}", body) for title, body in bodies.items()]


def log_section(lines: Sequence[str]) -> str:
    """Return the last lines of a log."""
    if not lines:
        return "nothing was logged"
    left_out = len(lines) - MOST_LINES
    head = [f"({left_out} earlier lines are left out)"] if left_out > 0 else []
    return "\n".join([*head, *lines[-MOST_LINES:]])


def dead_letters_section(seen: Observation) -> str:
    """Return the dead letters, one a line."""
    ids = {sent.message_id for sent in seen.sent}
    return (
        "\n".join(
            f"{letter.message_id} {short(letter.body)}"
            + ("" if letter.message_id in ids else " (sent by something else)")
            for letter in seen.dead_letters
        )
        or "empty"
    )


def messages_section(seen: Observation, *, exact_receives: bool) -> str:
    """Return the fate of each message, one a line."""
    scenario = Scenario(
        name="sent", messages=tuple(sent.message for sent in seen.sent), invocation=None
    )
    evidence = gather(scenario, seen, exact_receives=exact_receives)
    lines = [
        f"{each.sent.message_id} {fate(each)}: {short(each.sent.message.body)}"
        for each in evidence.messages
    ]
    return "\n".join([*lines, f"source queue: {seen.source}"])


def fate(message: MessageEvidence) -> str:
    """Return what became of a message, as far as the stack shows it.

    A message that a test sent without a template is in the log only if the function logs its id.
    """
    mentions = len(message.receives) + len(message.other_lines)
    known = message.sent.message.log is not None or message.fate == "dead-lettered"
    unknown = {"lost": "no longer in the queue", "pending": "not dead-lettered so far"}
    where = f"in {mentions} log line{'' if mentions == 1 else 's'}"
    return (
        f"{message.fate if known else unknown[message.fate]}, "
        f"{where if mentions else 'its id is not in the log'}"
    )


def short(body: str) -> str:
    """Return a body, or its start."""
    return body if len(body) <= MOST_CHARACTERS else f"{body[:MOST_CHARACTERS]}…"
