"""Dead letters at the terminal and as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.text import Text

from automation.report.remains import duration
from automation.report.terminal import make_console, moment, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automation.operate.failures import Failure
    from automation.operate.redrive import Redriven


def document(failure: Failure) -> dict[str, Any]:
    """Return a dead letter as JSON values."""
    return {
        "message_id": failure.letter.message_id,
        "sent_at": failure.letter.sent_at,
        "reason": failure.reason,
        "body": failure.letter.body,
        "lines": [
            {"timestamp": line.timestamp, "request_id": line.request_id, "message": line.message}
            for line in failure.lines
        ],
    }


def moved_document(each: Redriven) -> dict[str, Any]:
    """Return what became of a dead letter as JSON values."""
    return {
        "message_id": each.failure.letter.message_id,
        "outcome": each.outcome,
        "new_message_id": each.message_id or None,
        "why": each.why or None,
        "reason": each.failure.reason,
        "body": each.failure.letter.body,
    }


def told(each: Redriven) -> str:
    """Return what became of a dead letter, in one line."""
    new = f" as {each.message_id}" if each.message_id else ""
    why = f": {each.why}" if each.why else ""
    letter, reason = each.failure.letter, each.failure.reason
    return printable(f"{each.outcome} {letter.message_id}{new}{why} ({reason})")


def print_list(found: Sequence[Failure]) -> None:
    """Print each dead letter with its reason and the start of its body."""
    console = make_console()
    if not found:
        console.print("The dead-letter queue is empty.")
    for failure in found:
        age = duration((datetime.now(UTC) - failure.letter.sent_at).total_seconds())
        console.print(
            Text.assemble((failure.letter.message_id, "bold cyan"), (f"  sent {age} ago", "dim"))
        )
        console.print(Text(f"  {printable(failure.reason)}", "red"), soft_wrap=True)
        body = Text(f"  {printable(failure.letter.body)}".replace("\n", "\\n"))
        body.truncate(console.width, overflow="ellipsis")
        console.print(body)


def print_one(failure: Failure) -> None:
    """Print a dead letter with its whole body and each line about it."""
    console = make_console()
    letter = failure.letter
    console.print(Text.assemble(("message ", "bold"), letter.message_id))
    console.print(Text.assemble(("sent    ", "bold"), f"{letter.sent_at:%Y-%m-%d %H:%M:%S} UTC"))
    console.print(
        Text.assemble(("reason  ", "bold"), (printable(failure.reason), "red")), soft_wrap=True
    )
    console.print(Text("body", "bold"))
    console.print(Text(printable(_pretty(letter.body))), soft_wrap=True)
    console.print(Text("log", "bold"))
    for line in failure.lines:
        text = "\n".join((f"{moment(line.timestamp)} {line.message}", *line.detail))
        console.print(Text(printable(text), "red" if line.is_error else ""), soft_wrap=True)
    if not failure.lines:
        inferred = "; the reason is what failed whole batches" if failure.is_explained else ""
        console.print(Text(f"no line names it{inferred}", "dim"))


def _pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
