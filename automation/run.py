"""One run: a stack is made, the scenario sent, its outcome proved, the stack destroyed.

The way is one-directional; a signal or an error at any point jumps to the destroy. Whatever
happens, a `RunResult` tells how far it came.
"""

from __future__ import annotations

import secrets
import shlex
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from automation.engine import find_engine
from automation.judge.verdict import judge
from automation.observe.observer import Observer, read_source_queue
from automation.report.phases import Phases
from automation.report.result import RunResult, versions
from automation.scenario.model import load_scenario
from automation.scenario.send import send_messages
from automation.stack.configuration import StackPlan, check_settings
from automation.stack.leftovers import leftovers
from automation.stack.outputs import read_outputs
from automation.support.clients import aws_errors, make_clients
from automation.support.errors import (
    AutomationError,
    HostError,
    Interrupted,
    ObserveError,
    WaitTimeoutError,
)
from automation.support.interrupts import shielded
from automation.support.wait import wait_until
from automation.targets.opening import open_target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future

    from automation.engine import Engine
    from automation.judge.verdict import Verdict
    from automation.narrator import Narrator
    from automation.observe.observation import Observation
    from automation.options import RunOptions
    from automation.scenario.model import Scenario
    from automation.stack.command import EngineCommand
    from automation.stack.lifecycle import EphemeralStack
    from automation.stack.outputs import Outputs
    from automation.support.clients import Clients
    from automation.targets.base import Target

T = TypeVar("T")

EXPIRES_AFTER = timedelta(hours=2)  # of an ephemeral stack: far longer than the longest run


def run(options: RunOptions, environment: Mapping[str, str], narrator: Narrator) -> RunResult:
    """Go all the way, and say what came of it: an error or a signal is part of the result."""
    this = Run(options, environment, narrator)
    error: AutomationError | Interrupted | None = None
    try:
        this.go(load_scenario(options.scenario))
    except (AutomationError, Interrupted) as stopped:
        error = stopped
    except OSError as refused:
        error = HostError.of(refused)
    return this.result(error)


class Run:
    """One run, and what is known of it so far."""

    def __init__(
        self, options: RunOptions, environment: Mapping[str, str], narrator: Narrator
    ) -> None:
        self._options = options
        self._environment = environment
        self._narrator = narrator
        self._phases = Phases(narrator.phase)
        self._name = options.stack or f"run-{secrets.token_hex(4)}"
        self._target: Target | None = None
        self._outputs: Outputs | None = None
        self._observation: Observation | None = None
        self._verdict: Verdict | None = None
        self._leftovers: tuple[str, ...] | None = None
        self._not_looked: ObserveError | None = None
        self._finish: tuple[str, ...] = ()

    def go(self, scenario: Scenario) -> None:
        """Open the target, and prove the scenario on a stack there."""
        check_settings(self._options.configuration)
        self._phases.enter("set up")
        with open_target(self._options, self._find_engine, self._environment) as target:
            self._target = target
            if self._options.stack is None:
                self._on_ephemeral_stack(target, scenario)
            else:
                self._on_existing_stack(target, scenario)
            self._phases.enter("tear down")

    def result(self, error: AutomationError | Interrupted | None) -> RunResult:
        """All that is known, now that the run is over."""
        return RunResult(
            error=error or self._not_looked,  # what came first says more
            target=self._options.target,
            description=self._target.description if self._target else "",
            stack=self._name,
            log_group=self._outputs.log_group_name if self._outputs else None,
            phases=self._phases.stop(),
            verdict=self._verdict,
            events=self._observation.events if self._observation else (),
            leftovers=self._leftovers,
            finish=self._finish,
            versions=versions(self._target.engine.version if self._target else None),
        )

    def _find_engine(self) -> Engine:
        engine = find_engine(environment=self._environment, announce=self._narrator.say)
        import automation.stack.lifecycle  # noqa: F401 -- takes 0.3 s, in which the emulator starts

        return engine

    def _on_ephemeral_stack(self, target: Target, scenario: Scenario) -> None:
        from automation.stack.lifecycle import ephemeral_stack

        folder = target.folder / self._name
        configuration = self._configuration(target)
        plan = StackPlan(
            name=self._name,
            folder=folder,
            configuration=configuration,
            finish_by_hand=f"{target.command_prefix}pulumi -C {shlex.quote(str(folder))} "
            f"destroy --yes --remove --stack {self._name}",
        )
        with ThreadPoolExecutor(1) as background:
            # boto3 is imported while the engine works.
            region = str(configuration["aws:region"])
            clients = background.submit(make_clients, target.environment, region)
            stack: EphemeralStack | None = None
            try:
                with ephemeral_stack(
                    plan, engine_command(target), self._narrator.resource
                ) as stack:
                    try:
                        outputs = self._deploy(target, stack)
                        self._prove(target, scenario, outputs, clients.result())
                        if self._options.keep:
                            target.keep()
                            stack.keep()
                            self._finish = (plan.finish_by_hand, *target.stop_commands)
                    finally:
                        if not stack.kept:
                            self._phases.enter("destroy")
            finally:
                if stack is not None and not stack.kept:
                    with shielded():
                        # A signal may strike where the block above is left, before its own
                        # clean-up begins. It is the one that raises: no other strikes here.
                        stack.end()
                        self._phases.enter("look")
                        self._look_for_leftovers(target, stack, clients)

    def _on_existing_stack(self, target: Target, scenario: Scenario) -> None:
        from automation.stack.lifecycle import stack_outputs

        exported = stack_outputs(self._name, engine_command(target))
        self._outputs = outputs = read_outputs(self._name, exported)
        clients = make_clients(target.environment, outputs.region)
        self._prove(target, scenario, outputs, clients)

    def _configuration(self, target: Target) -> dict[str, object]:
        expires_at = datetime.now(UTC) + EXPIRES_AFTER
        tags = {"expires-at": expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")}
        given = self._options.configuration
        return {**target.configuration, **given, "tags": {**given.get("tags", {}), **tags}}

    def _deploy(self, target: Target, stack: EphemeralStack) -> Outputs:
        self._phases.enter("create")
        stack.create()
        target.wait_ready()
        self._phases.enter("deploy")
        self._outputs = outputs = read_outputs(self._name, stack.up())
        return outputs

    def _prove(
        self, target: Target, scenario: Scenario, outputs: Outputs, clients: Clients
    ) -> None:
        """Send the scenario, and look until its outcome is proved, or cannot be any more."""
        with aws_errors(f"proving stack {self._name}"):
            self._phases.enter("send")
            source = read_source_queue(clients.sqs, outputs.queue_url)
            sent = send_messages(clients.sqs, outputs.queue_url, scenario.messages)
            self._phases.enter("prove")
            observer = Observer(clients, outputs, target.pace.skew)

            def look() -> Verdict:
                self._observation = observer.observe(sent)
                verdict = judge(scenario, self._observation, exact_receives=target.exact_receives)
                self._verdict = verdict
                self._narrator.waiting(verdict.progress)
                return verdict

            receives = source.visibility_timeout * source.max_receive_count
            try:
                self._until_timeout(
                    "the outcome",
                    look,
                    Settled(target.pace.settle),
                    within=self._options.within or receives + target.pace.slack,
                    poll=target.pace.poll,
                )
            finally:
                if self._options.stack is not None:
                    observer.remove_dead_letters(message.message_id for message in sent)

    def _look_for_leftovers(
        self, target: Target, stack: EphemeralStack, clients: Future[Clients]
    ) -> None:
        def look() -> tuple[str, ...]:
            self._leftovers = tuple(leftovers(clients.result(), self._name, stack.resources))
            return self._leftovers

        try:
            with aws_errors(f"looking for what is left of stack {self._name}"):
                self._until_timeout(
                    "nothing to be left",
                    look,
                    lambda found: not found,
                    within=target.pace.gone,
                    poll=target.pace.poll,
                )
        except ObserveError as error:
            self._leftovers = None
            self._not_looked = error

    def _until_timeout(
        self,
        what: str,
        look: Callable[[], T],
        satisfied: Callable[[T], bool],
        *,
        within: float,
        poll: float,
    ) -> None:
        """Wait; when the time is up, say so, and leave what was seen last to be judged."""
        try:
            wait_until(what, look, satisfied, within=within, poll=poll)
        except WaitTimeoutError as error:
            self._narrator.say(str(error))


class Settled:
    """Whether a verdict is final: it passed, or the queue has been empty for long enough.

    Args:
        settle: Seconds of an empty source queue after which no message can come to light any more.
    """

    def __init__(self, settle: float) -> None:
        self._settle = settle
        self._empty_since: float | None = None

    def __call__(self, verdict: Verdict) -> bool:
        """Take one more verdict into account."""
        now = time.monotonic()
        if not verdict.source.empty:
            self._empty_since = None
        elif self._empty_since is None:
            self._empty_since = now
        empty_for = 0.0 if self._empty_since is None else now - self._empty_since
        return verdict.passed or empty_for >= self._settle


def engine_command(target: Target) -> EngineCommand:
    """The engine's command line in a target's environment."""
    from automation.stack.command import EngineCommand

    return EngineCommand(target.engine, target.environment, target.watch_session)
