"""One run: a stack is deployed, the scenario sent, its outcome proved, the stack destroyed.

The way is one-directional; a signal or an error at any point jumps to the destroy. Whatever
happens, a `RunResult` tells how far the run came.
"""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from automation.approval import approve
from automation.engine import find_engine
from automation.ephemeral import configuration_for, looks_for_leftovers, plan_stack
from automation.existing import outputs_of, require_emulator
from automation.observe.observer import Observer, read_source_queue
from automation.observe.settings import read_settings
from automation.proof import check_bodies, looks_at_outcome, time_to_prove
from automation.rehearsal import rehearse
from automation.report.journal import Journal
from automation.report.phases import Phases
from automation.scenario.reading import load_scenario, scenario_of
from automation.scenario.send import send_messages
from automation.source import check_source
from automation.stack.command import command_of_run
from automation.stack.configuration import check_configuration
from automation.stack.outputs import read_outputs
from automation.stack.programs import program_option
from automation.stack.project import read_project
from automation.stack.records import RunFolder, run_folders
from automation.support.clients import aws_errors, make_clients
from automation.support.errors import (
    AutomationError,
    EmulatorError,
    HostError,
    Interrupted,
    ObserveError,
)
from automation.support.interrupts import interruptible, noted, shielded
from automation.support.invoked import INVOKED
from automation.targets.opening import CONFIGURATIONS, open_target

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future

    from automation.engine import Engine
    from automation.narrator import Narrator
    from automation.options import RunOptions
    from automation.report.result import RunResult
    from automation.scenario.model import Scenario
    from automation.stack.lifecycle import EphemeralStack
    from automation.stack.outputs import Outputs
    from automation.stack.project import Project
    from automation.support.clients import Clients
    from automation.targets.base import Target


def run(options: RunOptions, environment: Mapping[str, str], narrator: Narrator) -> RunResult:
    """Run a scenario; an error or a signal is part of the result."""
    stack = options.stack or f"run-{secrets.token_hex(4)}"
    journal = Journal(
        target=options.target,
        project=options.program.name,
        stack=stack,
        phases=Phases(narrator.phase),
    )
    error: AutomationError | Interrupted | None = None
    try:
        Run(options, environment, narrator, journal).go()
    except (AutomationError, Interrupted) as stopped:
        error = stopped
    except OSError as refused:
        error = HostError.of(refused)
    return journal.result(error or noted() or journal.unobserved)


class Run:
    """The steps of a run, in their order; what they find out goes into the journal."""

    def __init__(
        self,
        options: RunOptions,
        environment: Mapping[str, str],
        narrator: Narrator,
        journal: Journal,
    ) -> None:
        self._options = options
        self._environment = environment
        self._narrator = narrator
        self._journal = journal

    def go(self) -> None:
        """Open the target, and prove the scenario on a stack there."""
        options = self._options
        project = read_project(options.program)
        self._journal.project = project.name
        scenario = load_scenario(options.scenario or scenario_of(options.program))
        self._journal.scenario = scenario.name
        check_configuration(options.configuration, project)
        if options.stack is None:
            check_source(project, options.configuration, self._environment)
            if options.configuration:
                declared, of_target = tuple(project.types), CONFIGURATIONS[options.target]
                planned = configuration_for(declared, of_target, options.configuration, {})
                rehearse(project, planned, self._environment)
        else:
            require_emulator(options)
        self._journal.phases.enter("set up")
        with open_target(
            options.target,
            emulator=options.emulator,
            existing=options.stack is not None,
            find_engine=self._find_engine,
            environment=self._environment,
            backend=project.backend,
            accounts=options.accounts,
            approve=lambda access: approve(access, options, project, scenario, self._narrator),
            announce=self._narrator.say,
        ) as target:
            self._journal.description = target.description
            self._journal.engine = target.engine.version
            check_bodies(scenario, target)
            self._tell_of_earlier_runs(target)
            if self._options.stack is None:
                self._prove_on_ephemeral_stack(target, project, scenario)
            else:
                self._prove_on_existing_stack(target, scenario)
            self._journal.phases.enter("tear down")

    def _tell_of_earlier_runs(self, target: Target) -> None:
        left = [
            each
            for each in run_folders(target.folder)
            if (record := each.record())
            and record.location == target.location  # else `reap` would not show it
            and not each.alive()
        ]
        if left:
            names = ", ".join(each.path.name for each in left)
            self._narrator.say(
                f"earlier runs left something: {names}; to see and remove it: "
                f"{INVOKED} reap{target.reap_options}"
                f"{program_option(self._options.program)}"
            )

    def _find_engine(self) -> Engine:
        engine = find_engine(environment=self._environment, announce=self._narrator.say)
        if self._options.stack is None:
            import automation.stack.lifecycle  # noqa: F401 -- takes 0.3 s: the emulator starts in it

        return engine

    def _prove_on_ephemeral_stack(
        self, target: Target, project: Project, scenario: Scenario
    ) -> None:
        from automation.stack.lifecycle import EphemeralStack

        plan = plan_stack(target, self._journal.stack, self._options.configuration, project)
        with ThreadPoolExecutor(max_workers=1) as background:
            clients = background.submit(make_clients, target.environment, plan.record.region)
            stack = EphemeralStack(
                plan,
                command_of_run(target, RunFolder(plan.folder)),
                enter=self._journal.phases.enter,
                tell=self._narrator.resource,
            )
            try:
                with stack:
                    stack.create()
                    target.wait_ready()
                    outputs = read_outputs(plan.name, stack.up())
                    self._prove(target, scenario, outputs, clients.result())
                    if self._options.keep:
                        target.keep()
                        stack.keep()
                        self._journal.finish = (plan.finish_by_hand, *target.stop_commands)
            finally:
                if not stack.kept:
                    self._look_for_leftovers(target, stack, clients)

    def _prove_on_existing_stack(self, target: Target, scenario: Scenario) -> None:
        outputs = outputs_of(self._journal.stack, self._options.program, target)
        self._prove(target, scenario, outputs, make_clients(target.environment, outputs.region))

    def _prove(
        self, target: Target, scenario: Scenario, outputs: Outputs, clients: Clients
    ) -> None:
        """Send the scenario, and look until its outcome is proved, or cannot be any more."""
        journal = self._journal
        journal.log_group = outputs.log_group_name
        with aws_errors(f"proving stack {journal.stack}"):
            journal.phases.enter("send")
            with interruptible():
                source = read_source_queue(clients.sqs, outputs.queue_url)
                journal.settings = read_settings(clients.lambda_, outputs, source)
                self._narrator.settings(journal.settings)
                if note := target.note_on(journal.settings.runtime):
                    journal.notes.append(note)
                sent = send_messages(clients.sqs, outputs.queue_url, scenario.messages)
            journal.phases.enter("prove")
            observer = Observer(clients, outputs, target.pace.skew)
            within = self._options.outcome_timeout or time_to_prove(source, target.pace)
            try:
                for look in looks_at_outcome(target, observer, scenario, sent, within=within):
                    journal.observation, journal.verdict = look.observation, look.verdict
                    self._narrator.waiting(look.verdict.summary)
                journal.concluded = True
                if not look.final:
                    seen = f"last seen: {look.verdict.summary}"
                    self._narrator.say(f"waited {within:.0f} s for the outcome; {seen}")
            finally:
                if self._options.stack is not None:
                    copies = journal.verdict.copies if journal.verdict else ()
                    observer.remove_dead_letters([*(each.message_id for each in sent), *copies])
                if self._options.stack is not None or self._options.keep:
                    observer.release_dead_letters()

    def _look_for_leftovers(
        self, target: Target, stack: EphemeralStack, clients: Future[Clients]
    ) -> None:
        """Look until nothing is left; delete at once what the engine did not record."""
        journal = self._journal
        journal.phases.enter("look")
        pace = target.pace
        try:
            target.check()
            with shielded(), aws_errors(f"looking for what is left of stack {journal.stack}"):
                for found, swept in looks_for_leftovers(
                    clients.result, journal.stack, stack, pace, journal.notes.append
                ):
                    journal.leftovers = tuple(map(str, found))
                    journal.swept |= set(map(str, swept))
            if found:
                self._narrator.say(
                    f"waited {pace.deletion_lag:.0f} s for {', '.join(map(str, found))} to be "
                    "deleted"
                )
        except (EmulatorError, ObserveError) as error:
            journal.leftovers, journal.unobserved = None, error
