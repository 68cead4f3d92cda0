"""The charts of the report: static SVG, drawn by pygal, coloured by the page's style sheet."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pygal  # type: ignore[import-untyped]  # it ships no types
from pygal.style import Style  # type: ignore[import-untyped]  # likewise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from xml.etree.ElementTree import Element

    from automation.judge.evidence import Fate
    from automation.report.timeline import Life, Span, Timeline

# pygal adds an importer for maps, in a protocol that Python 3.11 warns of and 3.12 has dropped.
sys.meta_path[:] = [each for each in sys.meta_path if type(each) is not pygal.PluginImportFixer]

WIDTHS = {"wide": 960, "narrow": 360}  # pixels; the page shows the one that fits
ROW = 24  # pixels of a message, and of a line of the legend
AXIS = 40  # pixels
MOST_LIVES = 40  # messages that a chart has room for
LEAST_PART = 1 / 150  # of the chart: a shorter invocation could not be seen
MOST_TICKS = {"wide": 10, "narrow": 5}
STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)  # seconds
UNUSED = {"script", "desc", "title"}  # parts of pygal's SVG

ENDS: tuple[Fate, ...] = ("processed", "dead-lettered")  # those that have a moment
STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground="var(--text)",
    foreground_strong="var(--text)",
    foreground_subtle="var(--line)",
    guide_stroke_color="var(--line)",
    major_guide_stroke_color="var(--line)",
    font_family="inherit",
    label_font_size=12,
    major_label_font_size=12,
    legend_font_size=12,
    opacity="1",
    stroke_opacity="1",
    colors=tuple(f"var(--chart-{number})" for number in range(8)),
)


def choose_lives(lives: Sequence[Life]) -> tuple[Life, ...]:
    """Choose the messages that a chart has room for: those that were not processed at once first.

    Args:
        lives: In any order.
    """
    by_interest = sorted(
        lives, key=lambda life: (life.fate == "processed", -len(life.invocations), life.number)
    )
    return tuple(sorted(by_interest[:MOST_LIVES], key=lambda life: life.number))


def timeline_chart(shown: Timeline, size: str) -> str:
    """Draw all invocations, and below them the life of each message, as SVG.

    Args:
        shown: With not more lives than there is room for.
        size: "wide" or "narrow".
    """
    spans = [*shown.invocations, *(wait for life in shown.lives for wait in life.waits)]
    end = max([0.1, *(life.sent for life in shown.lives), *(end for _, end in spans)])
    rows = {life: -row for row, life in enumerate(shown.lives, start=1)}
    bars = [
        *((span, 0) for span in shown.invocations),
        *((span, row) for life, row in rows.items() for span in life.invocations),
    ]
    least = end * LEAST_PART
    wide_enough = [((begin, max(done, begin + least)), row) for (begin, done), row in bars]
    chart = _chart(pygal.XY, size, "timeline", rows=len(rows) + 1, legends=3 + len(ENDS))
    chart.allow_interruptions = True
    chart.xrange = (0, end)
    chart.range = (-0.5 - len(rows), 0.5)
    chart.x_value_formatter = "{:g} s".format
    chart.x_labels = _ticks(end, MOST_TICKS[size])
    chart.y_labels = [
        {"value": 0, "label": "all invocations" if size == "wide" else "all"},
        *(
            {
                "value": row,
                "label": f"{life.number} {life.fate}" if size == "wide" else f"{life.number}",
            }
            for life, row in rows.items()
        ),
    ]
    chart.add("invocation", list(_lines(wide_enough)), show_dots=False)
    waits = [(wait, row) for life, row in rows.items() for wait in life.waits]
    chart.add("visibility timeout", list(_lines(waits)), show_dots=False)
    chart.add("sent", [(life.sent, row) for life, row in rows.items()], stroke=False)
    for fate in ENDS:
        ends = [(life.end, row) for life, row in rows.items() if life.fate == fate]
        chart.add(fate, [(at, row) for at, row in ends if at is not None], stroke=False)
    return str(chart.render())


def phases_chart(phases: Mapping[str, float], size: str) -> str:
    """Draw the phases of a run as one bar, as SVG.

    Args:
        phases: Seconds by phase, in order.
        size: "wide" or "narrow".
    """
    chart = _chart(pygal.HorizontalStackedBar, size, "phases", rows=1, legends=len(phases))
    chart.value_formatter = "{:g} s".format
    chart.show_x_labels = chart.show_y_labels = False
    chart.xrange = chart.range = (0, sum(phases.values()))
    for name, seconds in phases.items():
        chart.add(f"{name} {seconds:.1f} s", [seconds])
    return str(chart.render())


def _chart(kind: Any, size: str, name: str, *, rows: int, legends: int) -> Any:
    columns = legends if size == "wide" else 2
    chart = kind(
        width=WIDTHS[size],
        height=AXIS + ROW * (rows + -(-legends // columns)),
        style=STYLE,
        classes=(name, size),
        js=(),
        disable_xml_declaration=True,
        margin=4,
        margin_bottom=4 + (ROW if legends % columns else 0),  # a row that pygal does not count
        legend_at_bottom=True,
        legend_at_bottom_columns=columns,
        legend_box_size=10,
        truncate_legend=-1,
        truncate_label=-1,
        dots_size=5,
        show_y_guides=False,
        show_x_guides=name == "timeline",
    )
    chart.add_xml_filter(_static)
    return chart


def _lines(bars: Sequence[tuple[Span, int]]) -> Iterator[tuple[float | None, float | None]]:
    """Yield each bar as two points, and a gap after it."""
    for (begin, end), height in bars:
        yield from ((begin, height), (end, height), (None, None))


def _ticks(end: float, most: int) -> list[float]:
    """Return the seconds at which an axis is labelled."""
    step = next((step for step in STEPS if end / step < most), end)
    return [number * step for number in range(int(end / step) + 1)]


def _static(root: Element) -> Element:
    """Remove what only pygal's script would use, and the ids, which two charts would share.

    The chart is one picture to a screen reader: what it shows is in the page's text, too.
    """
    root.set("role", "img")
    root.set("aria-label", root.get("class", "").partition(" ")[0])
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in UNUSED or child.get("class") == "plot tooltip-overlay":
                parent.remove(child)
            elif child.get("id", "").startswith("activate-serie"):
                del child.attrib["id"]
    return root
