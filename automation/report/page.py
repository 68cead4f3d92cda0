"""The result of a run as one self-contained web page.

Bodies, log lines and names are data. The template engine escapes whatever it is given, each control
and bidirectional character is spelt out as at the terminal, and the page's own policy allows no
script but the one in it, and no request to anywhere.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from automation.operate.pricing import ARCHITECTURES, AS_OF, REGION, bill, total
from automation.operate.usage import project, usage_of_result
from automation.report.charts import WIDTHS, choose_lives, phases_chart, timeline_chart
from automation.report.document import document
from automation.report.printing import tries
from automation.report.terminal import printable
from automation.report.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automation.report.result import RunResult

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{}'"
MESSAGES = 1_000_000  # a month
FOLDER = Path(__file__).parent
PLATFORM = ("START ", "END ", "REPORT ", "INIT_START ")
ERRORS = ("[ERROR]", "[CRITICAL]", "Task timed out", "Traceback ")


def page_text(result: RunResult) -> str:
    """Return the page."""
    style, script = (
        Markup((FOLDER / name).read_text(encoding="utf-8"))  # noqa: S704 -- files of our own
        for name in ("page.css", "page.js")
    )
    verdict = result.verdict
    visibility = result.settings.visibility_timeout if result.settings else 0
    receives = result.settings.max_receive_count if result.settings else 0
    times = timeline(verdict, visibility, receives) if verdict else None
    shown = replace(times, lives=choose_lives(times.lives)) if times else None
    phases = {name: seconds for name, seconds in result.phases.items() if name != "total"}
    template = _environment().get_template("page.html")
    return template.render(
        result=result,
        verdict=verdict,
        causes=verdict.causes if verdict and result.outcome != "passed" else (),
        hint=getattr(result.error, "hint", ""),
        left_out=len(times.lives) - len(shown.lives) if times and shown else 0,
        timelines=_svgs(timeline_chart, shown) if shown else (),
        phases=_svgs(phases_chart, phases),
        notes=(*(verdict.notes if verdict else ()), *result.notes),
        cost=_cost(result),
        log=tuple(_log(result)),
        tries=tries,
        style=style,
        script=script,
        policy=POLICY.format(_digest(script)),
    )


def _cost(result: RunResult) -> dict[str, Any] | None:
    """What `MESSAGES` a month like these cost, by architecture; None if none was invoked."""
    usage = usage_of_result(document(result))
    if not usage.invocations:
        return None
    positions = bill(project(usage, MESSAGES))
    together = total(positions)
    return {
        "as_of": AS_OF,
        "region": REGION,
        "messages": MESSAGES,
        "architectures": ARCHITECTURES,
        "rows": [(each.quantity.what, each.list_price) for each in positions],
        "totals": [
            ("together", together.list_price),
            ("after the free tier", together.after_free_tier),
        ],
        "sources": together.sources,
    }


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
    )


def _shown(value: Any) -> Any:
    """Spell out what could steer a reader, in any text that is not ours."""
    return value if isinstance(value, Markup) else printable(str(value))


def _svgs(draw: Any, data: Any) -> tuple[Markup, ...]:
    """Draw a chart in each size; pygal escapes the labels."""
    return tuple(Markup(draw(data, size)) for size in WIDTHS)  # noqa: S704 -- as said above


def _log(result: RunResult) -> Iterator[dict[str, str]]:
    stream = None
    for event in result.events:
        if event.stream != stream:
            stream = event.stream
            yield {"kind": "stream", "text": stream}
        text = "\n".join(event.text.rstrip().splitlines())
        yield {"kind": _kind(text), "text": text}


def _kind(text: str) -> str:
    if text.startswith(PLATFORM):
        return "platform"
    return "error" if text.startswith(ERRORS) else "line"


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
