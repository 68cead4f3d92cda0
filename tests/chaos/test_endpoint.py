"""An endpoint that throttles, breaks, resets, dawdles, or loses its responses."""

from __future__ import annotations

import re
import time

import pytest

from automation.support.wait import wait_until
from tests.chaos.case import ERROR, RAN, Case
from tests.chaos.proxy import EVER, Fault, Kind, proxy_to
from tests.local.machine import COMMAND_WITHIN, finished

pytestmark = pytest.mark.chaos

KINDS: tuple[Kind, ...] = ("throttled", "broken", "reset", "lost")
CREATES = (
    "CreateRole",
    "CreateFunction",
    "CreateQueue",
    "CreateLogGroup",
    "CreateEventSourceMapping",
    "SendMessageBatch",
)
DELETES = tuple(
    create.replace("Create", "Delete") for create in CREATES if create.startswith("Create")
)
READS = ("ReceiveMessage", "FilterLogEvents")
CAUSE: dict[Kind, str] = {  # what a run that fails must say
    "throttled": "ThrottlingException|Rate exceeded",
    "broken": "InternalFailure|an injected failure|500",
    "reset": "Connection|connection",
    "slow": "timed out|Timeout|waited",
    "lost": "Connection|connection",
}
SEEDS = (11, 12)
SHARES: dict[Kind, float] = {
    "throttled": 0.2,
    "broken": 0.2,
    "reset": 0.2,
    "slow": 0.05,
    "lost": 0.05,
}

FAULTS = [
    *(Fault(kind=kind, action=action, times=1) for kind in KINDS for action in CREATES),
    *(Fault(kind="lost", action=action, times=1) for action in DELETES),
    *(Fault(kind="slow", action=action, times=1) for action in ("CreateFunction", "CreateQueue")),
    *(Fault(kind=kind, action=action) for kind in KINDS[:3] for action in (*CREATES, *READS)),
    *(Fault(kind=kind, share=SHARES[kind], seed=seed) for kind in SHARES for seed in SEEDS),
]


HUNG_FROM = (*CREATES[:3], "SendMessageBatch", *READS, "DeleteFunction")
TOLD_WITHIN = 60.0  # seconds from the hang to the end of the run; 25 on an idle machine


def described(fault: Fault) -> str:
    often = "always" if fault.times == EVER else "once"
    if fault.share < 1:
        often = f"{fault.share:.0%} of the time, seed {fault.seed}"
    return f"{fault.action or 'any action'} is {fault.kind} {often}"


@pytest.mark.parametrize("fault", FAULTS, ids=described)
def test_a_run_on_a_faulty_endpoint_passes_or_says_why_and_leaves_nothing(
    case: Case, fault: Fault
) -> None:
    codes = exit_codes(fault)
    case.expects(described(fault), f"exit {' or '.join(map(str, codes))}")
    with proxy_to(case.account.url, fault) as proxy:
        done = case.machine.run(*case.run_at(proxy.url), **case.account.variables)

    code = case.check_exit(done, *codes)
    assert proxy.hits, "the fault was never injected"
    case.check_nothing_left()
    said = " ".join((done.stdout + done.stderr).split())
    if code != RAN:
        assert re.search(CAUSE[fault.kind], said), said
    if fault.kind == "lost" and fault.action == "SendMessageBatch":
        assert said.count("was duplicated: SQS also holds it as") == 10, said


def exit_codes(fault: Fault) -> tuple[int, ...]:
    """A single fault is recovered from, one that stays is not, and some of many may not be."""
    if fault.share < 1:
        return RAN, ERROR
    return (RAN,) if fault.times == 1 else (ERROR,)


@pytest.mark.parametrize("action", HUNG_FROM)
def test_a_hung_endpoint_is_told_in_time_and_reap_finishes_once_it_is_well(
    case: Case, action: str
) -> None:
    fault = Fault(kind="hung", action=action, times=1)
    case.expects(f"nothing responds from {action} on", f"exit {ERROR} within {TOLD_WITHIN:.0f} s")
    with proxy_to(case.account.url, fault) as proxy:
        process = case.machine.start(*case.run_at(proxy.url), **case.account.variables)
        wait_until("the hang", lambda: proxy.hits, bool, within=COMMAND_WITHIN)
        began = time.monotonic()
        done = finished(process)
        took = time.monotonic() - began
        case.check_exit(done, ERROR)
        case.observed(f"exit {done.code} after {took:.0f} s")
        assert "hangs: 10 health checks in a row timed out" in done.stdout, done.stdout
        assert took < TOLD_WITHIN

        proxy.heal()
        reap = ("reap", "--yes", "--all", "--emulator", proxy.url)
        reaped = case.machine.run(*reap, **case.account.variables)
        assert reaped.code == 0, reaped.stdout + reaped.stderr
    case.check_nothing_left()
