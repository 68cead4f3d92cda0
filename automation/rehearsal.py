"""Runs a program against Pulumi's mocks: reports what it refuses before anything starts.

A program refuses its configuration with a `pulumi.RunError`. Any other failure may be caused by the
mocks, so it is left to the deployment.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from automation.emulator.environment import built_environment
from automation.engine import child
from automation.engine.model import with_components
from automation.support.errors import ChildFailedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automation.stack.project import Project

KEPT = ("PATH", "HOME", "XDG_CACHE_HOME")  # where a program finds its tools and its caches
REFUSED = "The program says no: "  # before what it says, in the child's output
WITHIN = 60.0  # seconds; this checkout's program takes 1.2
REHEARSE = f"""
import json, os, runpy, sys
import pulumi

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return args.name, dict(args.inputs)

    def call(self, args):
        return {{}}

asked = json.loads(sys.argv[1])
pulumi.runtime.set_mocks(Mocks(), project=asked["project"], stack=asked["stack"])
pulumi.runtime.set_all_config(asked["configuration"])
sys.path.insert(0, os.getcwd())
try:
    runpy.run_path("__main__.py", run_name="__main__")
except pulumi.RunError as refusal:
    print({REFUSED!r}, refusal, sep="", flush=True)
finally:
    os._exit(0)  # without a wait for the resources that were registered
"""


def rehearse(project: Project, given: Mapping[str, Any], environment: Mapping[str, str]) -> None:
    """Run a Python program with configuration, against mocks.

    Args:
        project: The program's project.
        given: Configuration by key; overrides the program's defaults.
        environment: The caller's; of it the program sees what an engine on the emulator does.

    Raises:
        UsageError: The program refuses the configuration.
    """
    if project.runtime.get("name") != "python" or not (project.program / "__main__.py").is_file():
        return
    settings = project.namespaced({**project.defaults, **project.own(given)})
    configuration = {key: _text(value) for key, value in settings.items()}
    kept = {name: environment[name] for name in KEPT if name in environment}
    asked = {"project": project.name, "stack": "run", "configuration": configuration}
    try:
        output = child.run(
            [sys.executable, "-c", REHEARSE, json.dumps(asked)],
            environment=with_components({**built_environment(environment), **kept}),
            folder=project.program,
            within=WITHIN,
        )
    except ChildFailedError:
        return  # the deployment will tell
    if refusal := output.partition(REFUSED)[2]:
        raise UsageError(
            f"the program refuses its configuration:\n{refusal.strip()}",
            hint="fix the values of --config; nothing was deployed",
        )


def _text(value: object) -> str:
    """Return a value as Pulumi keeps it: what is not a string, as JSON."""
    return value if isinstance(value, str) else json.dumps(value)
