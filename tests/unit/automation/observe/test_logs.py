from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from automation.observe.logs import Invocation, Logs, Report, parse_report, read_logs
from automation.observe.observation import LogEvent
from tests.unit.automation.observe.recorded import COLD, read_fixture

RESTORED = "6a71d0e4-9b21-4a37-8bcd-d091e7f4b0a8"
REFUSED = "FAIL message_id={} receive={} age_ms={} reason=chip_delta must be int, got str"
WARM = "0d9f3c52-71be-4e0a-a3d5-5c1b8e7f2a94"


def one_stream(texts: list[str]) -> list[LogEvent]:
    """One event per second."""
    began = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        LogEvent(timestamp=began + timedelta(seconds=second), stream="s", text=text)
        for second, text in enumerate(texts)
    ]


def errors(logs: Logs) -> list[str]:
    return [line.message for line in logs.lines if line.is_error]


def messages(invocation: Invocation) -> list[str]:
    return [line.message for line in invocation.lines]


def test_the_emulator_s_log_of_the_ten_hands_is_three_invocations() -> None:
    first, second, third = read_fixture("emulator-ten-hands.jsonl").invocations
    assert [len(each.lines) for each in (first, second, third)] == [14, 5, 5]
    assert first.report == Report(
        duration_ms=92, billed_ms=92, memory_mb=128, max_memory_mb=0, init_ms=None
    )
    assert messages(third)[1:3] == [
        f"invoke request_id={third.request_id} memory_mb=128 records=1",
        REFUSED.format("01395804-f3f0-4464-9482-60136a9eb8a3", 3, 4202),
    ]
    assert first.started == first.ended == datetime(2026, 11, 25, 17, 5, 5, 968000, UTC)


def test_every_way_to_fail_on_the_emulator_is_one_error_line() -> None:
    logs = read_fixture("emulator-failures.jsonl")
    assert errors(logs) == [
        "ValueError: boom",
        "caught it",
        "Task timed out after 1.00 seconds",
        "Worker process died",
    ]
    assert all(invocation.report for invocation in logs.invocations)


def test_a_traceback_logged_an_event_a_line_is_part_of_its_error_and_ends_with_it() -> None:
    logs = read_fixture("emulator-failures.jsonl")
    (caught,) = [line for line in logs.lines if line.message == "caught it"]
    assert caught.detail[0] == "Traceback (most recent call last):"
    assert caught.detail[-1] == "KeyError: 'x'"
    after = messages(logs.invocations[1])[messages(logs.invocations[1]).index("caught it") + 1 :]
    assert after[:4] == ["printed", "lines", "", "after a blank"]


def test_a_printed_line_that_looks_like_start_opens_no_invocation() -> None:
    logs = read_fixture("emulator-failures.jsonl")
    assert "START RequestId: forged Version: $LATEST" in messages(logs.invocations[1])
    assert len(logs.invocations) == 5


def test_invocations_that_share_a_stream_on_aws_are_told_apart() -> None:
    logs = read_fixture("aws-text.jsonl")
    assert [invocation.request_id for invocation in logs.invocations] == [COLD, RESTORED, WARM]
    assert [len(invocation.lines) for invocation in logs.invocations] == [6, 5, 6]
    assert errors(logs) == [
        REFUSED.format("9e4d6c12-5b7a-4f3e-8d21-7a6b5c4d3e2f", 1, 153),
        REFUSED.format("9e4d6c12-5b7a-4f3e-8d21-7a6b5c4d3e2f", 3, 60912),
    ]


def test_lines_before_the_first_start_belong_to_no_invocation() -> None:
    outside = [line for line in read_fixture("aws-text.jsonl").lines if line.request_id is None]
    assert [line.message.split()[0] for line in outside] == [
        "INIT_START",
        "loaded",
        "EXTENSION",
        "INIT_START",
    ]


def test_a_printed_line_belongs_to_the_invocation_open_in_its_stream() -> None:
    warm = read_fixture("aws-text.jsonl").invocations[2]
    assert "printed, so without a prefix" in messages(warm)


def test_reports_of_a_cold_a_restored_and_a_warm_start_are_read() -> None:
    cold, restored, warm = (
        invocation.report for invocation in read_fixture("aws-text.jsonl").invocations
    )
    assert cold == Report(
        duration_ms=8.21, billed_ms=195, memory_mb=128, max_memory_mb=42, init_ms=186.53
    )
    assert restored == Report(
        duration_ms=3.02, billed_ms=415, memory_mb=128, max_memory_mb=41, init_ms=None
    )
    assert warm == Report(
        duration_ms=2.1, billed_ms=3, memory_mb=128, max_memory_mb=42, init_ms=None
    )


def test_the_lesson_s_report_with_spaces_for_tabs_is_read() -> None:
    report = parse_report(
        f"REPORT RequestId: {COLD} Duration: 8.21 ms Billed Duration: 9 ms "
        "Memory Size: 128 MB Max Memory Used: 42 MB Init Duration: 186.53 ms"
    )
    assert report is not None
    assert report.billed_ms == 9
    assert report.init_ms == 186.53


FIGURES = (
    "Duration: 8.21 ms",
    "Billed Duration: 9 ms",
    "Memory Size: 128 MB",
    "Max Memory Used: 42 MB",
)


@pytest.mark.parametrize("lacking", FIGURES)
def test_a_report_that_lacks_a_figure_is_not_read(lacking: str) -> None:
    start = f"REPORT RequestId: {COLD}"
    assert parse_report("\t".join((start, *FIGURES))) is not None
    others = (figure for figure in FIGURES if figure != lacking)
    assert parse_report("\t".join((start, *others))) is None


def test_every_failure_that_aws_itself_logs_is_one_error_line() -> None:
    logs = read_fixture("aws-failures.jsonl")
    assert errors(logs) == [
        "INIT_REPORT Init Duration: 10003.40 ms\tPhase: init\tStatus: timeout",
        "ValueError: boom",
        "Task timed out after 3.00 seconds",
        "Error: Runtime exited with error: exit status 3",
        "Process exited before completing request",
    ]


def test_an_invocation_without_its_report_is_there_and_says_so() -> None:
    last = read_fixture("aws-failures.jsonl").invocations[-1]
    assert last.started is not None
    assert last.ended is not None
    assert last.report is None


def test_aws_s_json_format_reads_as_its_text_format() -> None:
    logs = read_fixture("aws-json.jsonl")
    good, bad = logs.invocations
    assert good.report == Report(
        duration_ms=4.5, billed_ms=192, memory_mb=128, max_memory_mb=42, init_ms=186.53
    )
    assert good.started is not None
    assert good.ended is not None
    assert messages(good)[1:4] == [
        f"invoke request_id={COLD} memory_mb=128 records=1",
        "caught it",
        "{not JSON}",
    ]
    assert errors(logs) == ["caught it", "ValueError: boom", "Error: timeout"]
    assert bad.report is not None
    assert bad.report.init_ms is None


# In the JSON format, the platform's report of a failure is the only line that tells of a timeout.
REPORTED = {"text": [], "json": ["Error: error"]}
NOT_THERE = "Unable to import module 'not_there': No module named 'not_there'"


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_what_aws_s_runtime_client_logs_is_read(log_format: str) -> None:
    logs = read_fixture(f"runtime-{log_format}.jsonl")
    reported = REPORTED[log_format]
    assert [messages(invocation)[1:-2] for invocation in logs.invocations] == [
        [
            f"invoke request_id={logs.invocations[0].request_id} memory_mb=128 records=2",
            "ok user=aditya hole=3h4h delta=-10 result=folded message_id=id-1 receive=1 age_ms=?",
            REFUSED.format("id-2", 1, "?"),
        ],
        ["two"],
        ["printed", "{not JSON}"],
        ["caught it"],
        ["ValueError: boom", *reported],
    ]
    assert errors(logs) == [
        REFUSED.format("id-2", 1, "?"),
        "caught it",
        "ValueError: boom",
        *reported,
        f"Runtime.ImportModuleError: {NOT_THERE}",
    ]
    assert all(invocation.report for invocation in logs.invocations)


def test_chained_exceptions_are_part_of_one_error() -> None:
    texts = [
        "[ERROR] refused",
        "Traceback (most recent call last):",
        '  File "handler.py", line 1, in f',
        "KeyError: 'x'",
        "",
        "During handling of the above exception, another exception occurred:",
        "",
        "Traceback (most recent call last):",
        '  File "handler.py", line 2, in f',
        "ValueError: boom",
        "[INFO] next",
    ]
    logs = read_logs(one_stream(texts))
    assert [line.message for line in logs.lines] == ["refused", "next"]
    assert len(logs.lines[0].detail) == 9


def test_a_traceback_cut_off_swallows_no_line_of_the_log() -> None:
    texts = ["Traceback (most recent call last):", f"END RequestId: {COLD}"]
    logs = read_logs(one_stream(texts))
    assert [line.message for line in logs.lines] == texts
    assert logs.lines[0].is_error


SHORT = [
    f"START RequestId: {COLD} Version: $LATEST",
    "printed",
    f"END RequestId: {COLD}",
    f"REPORT RequestId: {COLD}\tDuration: 2.10 ms",
    "printed between two invocations",
    f"START RequestId: {WARM} Version: $LATEST",
    "printed by the second",
]


def test_what_is_printed_after_a_report_belongs_to_no_invocation() -> None:
    of = {line.message: line.request_id for line in read_logs(one_stream(SHORT)).lines}
    assert of["printed"] == COLD
    assert of["printed between two invocations"] is None
    assert of["printed by the second"] == WARM


def test_events_that_came_late_are_read_at_their_time() -> None:
    in_time = one_stream(SHORT)
    late = [in_time[0], *in_time[2:], in_time[1]]
    assert read_logs(late) == read_logs(in_time)


NOT_LOADED = [
    "[ERROR] Runtime.ImportModuleError: Unable to import module 'handler': No module named 'x'",
    "Traceback (most recent call last):",
]
REASON = NOT_LOADED[0].removeprefix("[ERROR] ")


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(
            [*NOT_LOADED, "INIT_REPORT Init Duration: 90.11 ms\tPhase: init\tStatus: error"],
            id="AWS, text",
        ),
        pytest.param(
            [
                json.dumps({"errorType": REASON.split(": ", 1)[0], "errorMessage": REASON[27:]}),
                json.dumps({"type": "platform.initReport", "record": {"status": "error"}}),
            ],
            id="AWS, JSON",
        ),
        pytest.param(
            [SHORT[0], *NOT_LOADED, "INIT_REPORT Phase: invoke\tStatus: error", *SHORT[2:4]],
            id="the emulator",
        ),
    ],
)
def test_why_a_function_could_not_be_loaded_is_the_error_before_the_report_of_its_init_phase(
    texts: list[str],
) -> None:
    failure = read_logs(one_stream(texts)).load_failure

    assert failure
    assert failure.message == REASON


def test_an_init_phase_that_took_too_long_is_its_own_reason() -> None:
    report = "INIT_REPORT Init Duration: 10003.40 ms\tPhase: init\tStatus: timeout"
    failure = read_logs(one_stream([report])).load_failure

    assert failure
    assert failure.message == report


def test_a_function_that_fails_was_loaded() -> None:
    started = "INIT_REPORT Init Duration: 90.11 ms\tPhase: init\tStatus: success"
    logs = read_logs(one_stream([*SHORT, "[ERROR] ValueError: boom", started]))
    assert logs.load_failure is None
