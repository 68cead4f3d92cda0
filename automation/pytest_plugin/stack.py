"""A live stack: what a test can do with a stack that is deployed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from automation.observe.observer import Observer, read_source_queue
from automation.proof import check_bodies, looks_at_outcome, time_to_prove
from automation.scenario.model import Message, Scenario
from automation.scenario.reading import body_text, load_scenario
from automation.scenario.send import send_messages
from automation.stack.outputs import read_outputs
from automation.support.clients import aws_errors, make_client
from automation.support.wait import wait_until

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence

    from automation.judge.verdict import Verdict
    from automation.observe.observation import Observation
    from automation.scenario.send import Sent
    from automation.support.clients import Clients
    from automation.targets.base import Target

T = TypeVar("T")


class LiveStack:
    """A deployed stack. It is destroyed after the last test of its scope.

    Args:
        name: Name of the stack.
        exports: All that its program exports, by name.
        clients: AWS clients for its account and region.
        target: Where it is deployed.
        on_use: Called with the stack each time that a test uses it.

    Attributes:
        name: Name of the stack.
        exports: All that its program exports, by name. The values of secrets are hidden.
        outputs: The nine exports that the automation needs, as attributes.
        clients: AWS clients for its account and region; `client` makes others.

    Raises:
        OutputsError: The program does not export what the automation needs.
    """

    def __init__(
        self,
        name: str,
        exports: Mapping[str, Any],
        clients: Clients,
        target: Target,
        on_use: Callable[[LiveStack], None],
    ) -> None:
        self.name = name
        self.exports = exports
        self.outputs = read_outputs(name, exports)
        self.clients = clients
        self._target = target
        self._on_use = on_use
        self._sent: list[Sent] = []
        self._observer = Observer(clients, self.outputs, target.pace.skew)

    @property
    def exact_receives(self) -> bool:
        """Whether every receive that the queue counts reaches the function."""
        return self._target.exact_receives

    def client(self, service: str) -> Any:
        """Create a boto3 client of any service, for the stack's endpoint, account and region.

        Args:
            service: boto3's name of the service, such as "dynamodb".

        Raises:
            UsageError: boto3 has no such service.
        """
        self._on_use(self)
        return make_client(self._target.environment, self.outputs.region, service)

    def send(self, *bodies: object) -> tuple[Sent, ...]:
        """Send messages; return one `Sent` for each, in order.

        Args:
            bodies: A string is sent as it is, anything else as JSON.

        Raises:
            ObserveError: SQS refused a message.
        """
        messages = [Message(body=body_text(each), fate="processed", log=None) for each in bodies]
        return self._send(messages)

    def observe(self) -> Observation:
        """Read the source queue, the dead-letter queue and the log.

        Returns:
            What is seen of all messages that were sent to this stack so far. Dead letters that
            were read are hidden from other readers for two minutes.

        Raises:
            EmulatorError: The emulator ended.
            ObserveError: A service refused a request, or could not be reached.
        """
        self._on_use(self)
        with aws_errors(f"observing stack {self.name}"):
            self._target.check()
            return self._observer.observe(tuple(self._sent))

    def log(self) -> tuple[str, ...]:
        """Read the lines of the function's log since the stack was deployed.

        Raises:
            ObserveError: A service refused a request, or could not be reached.
        """
        self._on_use(self)
        with aws_errors(f"reading the log of stack {self.name}"):
            self._target.check()
            events = self._observer.log_events()
        return tuple(line for event in events for line in event.text.rstrip().splitlines())

    def prove(self, scenario: str | os.PathLike[str] | Scenario) -> Verdict:
        """Send a scenario's messages, and look until their fates are proved.

        Args:
            scenario: A scenario, or the path of its file.

        Raises:
            AssertionError: A check failed; the message lists what was expected and what was seen.
            ScenarioError: The file is not a valid scenario, or a body is too large for the target.
            ObserveError: A service refused a request, or could not be reached.
        """
        __tracebackhide__ = True
        if not isinstance(scenario, Scenario):
            scenario = load_scenario(Path(scenario))
        check_bodies(scenario, self._target)
        verdict = self._verdict(scenario, self._send(scenario.messages))
        if not verdict.passed:
            raise AssertionError(failure(scenario, self.name, verdict))
        return verdict

    def wait_until(
        self,
        what: str,
        look: Callable[[], T],
        satisfied: Callable[[T], bool],
        *,
        within: float | None = None,
    ) -> T:
        """Look until a result satisfies, and return it.

        Args:
            what: What is awaited, to complete "waited for …".
            look: Takes one look.
            satisfied: Whether a result is what is awaited.
            within: Seconds to wait; None is as long as `prove` waits: until a message that fails
                on every receive must be in the dead-letter queue.

        Raises:
            WaitTimeoutError: The deadline passed; the message quotes the end of the last result.
        """
        __tracebackhide__ = True
        self._on_use(self)
        seconds = self._patience() if within is None else within
        return wait_until(what, look, satisfied, within=seconds, poll=self._target.pace.poll)

    def _send(self, messages: Sequence[Message]) -> tuple[Sent, ...]:
        self._on_use(self)
        with aws_errors(f"sending to stack {self.name}"):
            sent = send_messages(self.clients.sqs, self.outputs.queue_url, messages)
        self._sent += sent
        return sent

    def _patience(self) -> float:
        with aws_errors(f"reading the queue of stack {self.name}"):
            source = read_source_queue(self.clients.sqs, self.outputs.queue_url)
        return time_to_prove(source, self._target.pace)

    def _verdict(self, scenario: Scenario, sent: tuple[Sent, ...]) -> Verdict:
        with aws_errors(f"proving stack {self.name}"):
            within = self._patience()
            for look in looks_at_outcome(
                self._target, self._observer, scenario, sent, within=within
            ):
                verdict = look.verdict
        return verdict


def failure(scenario: Scenario, stack: str, verdict: Verdict) -> str:
    """Return what the checks that failed expected, and what they saw."""
    lines = [f"stack {stack} failed the scenario {scenario.name!r}: {verdict.summary}"]
    lines += [f"  {cause}" for cause in verdict.causes]
    for check in verdict.checks:
        if not check.passed:
            lines += [
                f"  {check.name}",
                f"    expected: {check.expected}",
                f"    actual:   {check.actual}",
            ]
    return "\n".join(lines)
