"""A person's yes to what a run is about to do on AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.stack.configuration import project_description
from automation.support.errors import UsageError
from automation.targets.proposal import proposal

if TYPE_CHECKING:
    from automation.narrator import Narrator
    from automation.options import RunOptions
    from automation.scenario.model import Scenario
    from automation.targets.preflight import Access


def approve(access: Access, options: RunOptions, scenario: Scenario, narrator: Narrator) -> None:
    """Say what a run is about to do on AWS, and ask before it deploys anything.

    A run on an existing stack deploys nothing, so nothing is asked.

    Raises:
        UsageError: The answer is not yes, or there is nobody to ask.
    """
    if options.stack is not None:
        narrator.say(f"Stack {options.stack} on {access.place}; its state: {access.backend}")
        return
    narrator.say(
        proposal(
            access,
            makes=project_description(options.program),
            kept=options.keep,
            configuration=options.configuration,
            messages=len(scenario.messages),
        )
    )
    if not options.yes and not narrator.ask("Deploy?"):
        raise UsageError(
            "nothing was deployed: AWS is deployed to only after a yes",
            hint="answer y; where there is no terminal, pass --yes",
        )
