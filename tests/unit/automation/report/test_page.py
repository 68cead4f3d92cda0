from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from automation.report.page import page_text
from automation.report.result import RunResult
from automation.report.terminal import printable
from automation.scenario.model import Message, Scenario
from automation.support.errors import EngineFailedError, Interrupted
from tests.unit.automation.report.results import GOOD, PASSED, SETTINGS, events, failed, seen

HOSTILE = (
    "</script><script>document.title='owned'</script>",
    "</style><img src=x onerror=\"document.title='owned'\">",
    "<svg onload=alert(1)>",
    "{{ 7 * 7 }} {% raw %}",
    "\"'><b>bold</b>&amp;",
    "\x1b[2J\x1b]0;owned\x07",
    "\u202egnp.exe\u2066",
    "<!-- ]]> -->",
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
NO_SCRIPT = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)


class Page(HTMLParser):
    """The tags, the attributes and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile() -> RunResult:
    """A run in which every text that is not ours is hostile, in each place it can come from."""
    text = " ".join(HOSTILE)
    scenario = Scenario(
        name="hostile",
        messages=tuple(Message(body=body, fate="processed", log="never") for body in HOSTILE),
        invocation=None,
    )
    log = events(f"[ERROR] m-1 reason={text}", *(f"[ERROR] {each}" for each in HOSTILE))
    return replace(
        seen(scenario, log),
        stack=text,
        scenario=text,
        description=text,
        log_group=text,
        error=EngineFailedError(text, hint=text),
        leftovers=(text,),
        swept=(text,),
        finish=(text,),
        versions={"engine": text},
    )


RESULTS = {
    "passed": PASSED,
    "failed": failed(),
    "interrupted": replace(failed(), concluded=False, error=Interrupted(2, "SIGINT")),
    "nothing": replace(PASSED, verdict=None, events=(), settings=None, leftovers=None),
    "hostile": hostile(),
}


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_the_page_asks_nobody_for_anything(result: RunResult) -> None:
    page = page_text(result)

    parsed = Page(page)
    assert not {"link", "img", "iframe", "object"} & set(parsed.tags)
    links = [value for name, value in parsed.attributes if name in {"src", "href", "xlink:href"}]
    assert {link for link in links if link != "#log"} == set()
    assert "@import" not in page
    assert "url(" not in page


def test_the_verdict_comes_first() -> None:
    page = page_text(failed())

    assert "failed: poker-hands-consumer / run-0123abcd" in page
    assert page.index("1 of 10 checks failed (processed)") < page.index("<h2>")


def test_everything_that_was_found_out_is_in_it() -> None:
    result = failed()
    text = " ".join(Page(page_text(result)).text.split())

    for check in result.checks:
        assert check.expected in text
        for problem in check.problems:
            assert problem in text
    for event in result.events:
        assert " ".join(event.text.split()) in text
    assert result.verdict is not None
    for message in result.verdict.messages:
        assert message.body in text
        assert message.message_id in text
    for words in ("8.21 ms", "9 ms", "42 of 128 MB", "functionTimeout 1 s", "3.259.0"):
        assert words in text
    for phase in ("set up 0.1 s", "deploy 2.5 s"):
        assert phase in text


def test_only_the_lessons_own_scenario_is_compared_with_the_lesson() -> None:
    assert "the lesson, on AWS" not in page_text(PASSED)
    assert "the lesson, on AWS" in page_text(replace(PASSED, scenario="ten hands"))


def test_a_month_of_such_messages_is_priced_for_each_architecture_with_sources() -> None:
    text = " ".join(Page(page_text(replace(PASSED, notes=("another Python ran it",)))).text.split())

    for words in (
        "1,000,000 messages a month",
        "x86_64",
        "arm64",
        "SQS: polling while idle",
        "after the free tier",
        "https://aws.amazon.com/lambda/pricing/",
        "Note: another Python ran it",
    ):
        assert words in text


def test_the_price_says_of_which_kind_of_queue_it_is() -> None:
    fifo = replace(PASSED, settings=replace(SETTINGS, fifo=True))

    assert "for a standard queue" in page_text(PASSED)
    assert "for a FIFO queue" in page_text(fifo)


def test_a_run_without_invocations_has_no_price() -> None:
    assert "<h2>Cost</h2>" not in page_text(replace(PASSED, verdict=None))


def test_no_text_becomes_markup_or_script() -> None:
    page = page_text(hostile())
    parsed = Page(page)

    assert not {"b", "img"} & set(parsed.tags)
    assert len(NO_SCRIPT.findall(page)) == 1
    assert not [name for name, _ in parsed.attributes if name.startswith("on")]
    for body in HOSTILE[:5]:
        assert body in parsed.text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)
    assert r"\x1b[2J\x1b]0;owned\x07" in parsed.text
    assert r"\u202egnp.exe\u2066" in parsed.text
    assert "{{ 7 * 7 }}" in parsed.text


def test_a_run_of_many_messages_says_how_many_the_timeline_leaves_out() -> None:
    scenario = Scenario(name="many", messages=(GOOD,) * 200, invocation=None)

    assert "160 more messages are left out here" in page_text(seen(scenario))


# In a browser.


@pytest.fixture(scope="session")
def browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("there is no Chromium: apt-get install chromium")
    return found


DESKTOP, PHONE = 1200, 390  # pixels
FRAMES = f"""<iframe src="page.html" width="{DESKTOP}" height="900"></iframe>
<iframe src="page.html" width="{PHONE}" height="900"></iframe>
<script>
const seen = {{}};
addEventListener("message", (event) => {{
  const {{ width, ...rest }} = event.data;
  seen[width] = rest;
  document.documentElement.dataset.seen = JSON.stringify(seen);
}});
</script>"""
PROBE = """{
const width = (name) => document.querySelector(name).getBoundingClientRect().width;
const box = document.getElementById("search");
const all = document.getElementById("count").textContent;
box.value = "receive=2";
box.dispatchEvent(new Event("input"));
parent.postMessage({
  width: innerWidth,
  title: document.title,
  wide: width("svg.timeline.wide") > 0,
  narrow: width("svg.timeline.narrow") > 0,
  overflows: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  all,
  found: document.getElementById("count").textContent,
  text: document.body.innerText,
  visible: [...document.querySelectorAll("#log li")].filter((line) => line.offsetHeight).length,
}, "*");
}"""


def probed(page: str) -> str:
    """The page with a script more, which its policy allows; a page's own script runs likewise."""
    digest = base64.b64encode(hashlib.sha256(PROBE.encode()).digest()).decode()
    policy = page.replace("script-src ", f"script-src 'sha256-{digest}' ")
    return policy.replace("</body>", f"<script>{PROBE}</script></body>")


def opened(browser: str, page: str, folder: Path) -> tuple[dict[str, Any], str]:
    """Open a page at both widths; return what the probe saw at each, and what the console said."""
    (folder / "page.html").write_text(page, encoding="utf-8")
    (folder / "frames.html").write_text(FRAMES, encoding="utf-8")
    done = subprocess.run(
        [
            browser,
            *("--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0"),
            *(f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=5000"),
            *("--dump-dom", (folder / "frames.html").as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    console = "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
    (probed_there,) = re.findall('data-seen="([^"]*)"', done.stdout) or [console]
    return json.loads(html.unescape(probed_there)), console


def test_in_a_browser_it_fits_a_desktop_and_a_phone_and_keeps_the_console_silent(
    browser: str, tmp_path: Path
) -> None:
    result = hostile()
    page = page_text(result)

    shown, console = opened(browser, probed(page), tmp_path)

    lines = page.count("<li class=", page.index('<ol id="log">'))
    texts = [" ".join(each.pop("text").split()) for each in shown.values()]
    expected = [check.expected for check in result.checks]
    assert console == ""
    assert all(check in text for text in texts for check in expected)
    assert shown == {
        str(width): {
            "title": f"error: poker-hands-consumer / {printable(result.stack)}",
            "wide": width == DESKTOP,
            "narrow": width == PHONE,
            "overflows": False,
            "all": f"{lines} of {lines} lines",
            "found": f"1 of {lines} lines",
            "visible": 1,
        }
        for width in (DESKTOP, PHONE)
    }
