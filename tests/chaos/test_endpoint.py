"""An endpoint that throttles, breaks, resets, dawdles, or loses its responses."""

from __future__ import annotations

import re

import pytest

from tests.chaos.case import ERROR, FAILED, RAN, Case
from tests.chaos.proxy import EVER, Fault, Kind, proxy_to

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
    "lost": "Connection|connection|[Ee]xists|ResourceConflict|did not send|not in the dead-letter",
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


def described(fault: Fault) -> str:
    often = "always" if fault.times == EVER else "once"
    if fault.share < 1:
        often = f"{fault.share:.0%} of the time, seed {fault.seed}"
    return f"{fault.action or 'any action'} is {fault.kind} {often}"


@pytest.mark.parametrize("fault", FAULTS, ids=described)
def test_a_run_on_a_faulty_endpoint_passes_or_says_why_and_leaves_nothing(
    case: Case, fault: Fault
) -> None:
    recovers = fault.times == 1 and fault.kind != "lost"
    codes = (RAN,) if recovers else (RAN, FAILED, ERROR)
    case.expects(described(fault), f"exit {' or '.join(map(str, codes))}, and the cause")
    with proxy_to(case.account.url, fault) as proxy:
        done = case.machine.run(*case.run_at(proxy.url), **case.account.variables)

    code = case.check_exit(done, *codes)
    assert proxy.hits, "the fault was never injected"
    case.check_nothing_left()
    if code != RAN:
        said = " ".join((done.stdout + done.stderr).split())
        assert re.search(CAUSE[fault.kind], said), said
