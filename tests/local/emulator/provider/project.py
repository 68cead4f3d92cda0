"""A Pulumi project of a test's own, operated by the engine against the emulator."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

WITHIN = 60.0  # seconds per operation, which takes about 2 on an idle machine


class Project:
    """A Pulumi project with one stack, and the engine that runs it.

    The program finds a function's source in the folder `code`.
    """

    def __init__(
        self, folder: Path, environment: dict[str, str], program: str, **settings: object
    ) -> None:
        self.folder = folder
        self.environment = environment
        (folder / "Pulumi.yaml").write_text("name: life\nruntime: python\n")
        (folder / "__main__.py").write_text(program)
        (folder / "code").mkdir()
        (folder / "code" / "handler.py").write_text("def handler(event, context):\n    return 1\n")
        self.settings = folder / f"Pulumi.{folder.name}.yaml"
        self.run("stack", "init", folder.name)
        self.configure(**settings)

    def configure(self, **values: object) -> None:
        """Set values of the stack's configuration."""
        settings = yaml.safe_load(self.settings.read_text())
        new = {f"life:{name}": value for name, value in values.items()}
        settings["config"] = {**settings.get("config", {}), **new}
        self.settings.write_text(yaml.safe_dump(settings))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive"],  # noqa: S607 -- found on our own PATH
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> str:
        """Run an operation that must succeed, and return its output."""
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=WITHIN)
        assert process.returncode == 0, output
        return output

    def changes(self, operation: str, *arguments: str) -> dict[str, int]:
        """Run an operation, and count its steps by kind, without unchanged resources."""
        skip = [] if operation == "preview" else ["--yes", "--skip-preview"]
        output = self.run(operation, *skip, *arguments, "--json")
        if operation == "preview":
            counts: dict[str, int] = json.loads(output)["changeSummary"]
        else:
            events = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
            (summary,) = (event["summaryEvent"] for event in events if "summaryEvent" in event)
            counts = summary["resourceChanges"]
        return {kind: count for kind, count in counts.items() if kind != "same"}

    def outputs(self) -> dict[str, Any]:
        outputs: dict[str, Any] = json.loads(self.run("stack", "output", "--json"))
        return outputs
