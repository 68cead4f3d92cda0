"""The pytest plugin in a project of a user's own: the one of docs/pytest.md."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from automation.support.paths import CHECKOUT
from tests.local.machine import Account, Done, Machine, finished
from tests.pages import commands, without_words

FILES = ["Pulumi.yaml", "__main__.py", "function/orders.py", "test_orders.py", "stored.py"]
FIXED = {  # a program that declares no configuration
    'config.require_int("functionTimeout")': "1",
    'config.require_int("visibilityTimeout")': "2",
    'config.require_object("tags")': "{}",
}
FAILING = """
def test_that_fails(live_stack):
    live_stack.send({"id": 9})
    live_stack.wait_until("it", live_stack.log, lambda log: "[INFO] accepted order 9" in log)
    assert "accepted order 10" in live_stack.log()
"""
BARE_TEST = """
def test_a_project_that_declares_nothing(live_stack_factory):
    stack = live_stack_factory({folder!r})
    stack.send({{"id": 11}})
    stack.wait_until("it", stack.log, lambda log: "[INFO] accepted order 11" in log)
"""
STORED = {  # by file: what makes the function write to the table of the page's last test
    "__main__.py": {
        **dict.fromkeys(FIXED, "10"),
        'config.require_object("tags")': "{}",
        "import FunctionArgs, ": "import FunctionArgs, PermissionsArgs, ",
        "orders = ": 'table = f"orders-{pulumi.get_stack()}"\npulumi.export("table_name", table)\n'
        'allowed = {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": "*"}\norders = ',
        "tags=": "permissions=PermissionsArgs(statements=[allowed]),\n        tags=",
        "handler=": 'environment={"TABLE": table},\n            handler=',
    },
    "function/orders.py": {
        "import json": "import os\nimport boto3\nimport json",
        "        try:\n": "        try:\n            boto3.client('dynamodb').put_item(\n"
        "                TableName=os.environ['TABLE'],\n"
        "                Item={'id': {'N': str(json.loads(record['body'])['id'])}},\n"
        "            )\n",
    },
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project of docs/pytest.md."""
    folder = tmp_path / "orders"
    blocks = re.findall(
        r"^```\w+\n(.*?)^```$", (CHECKOUT / "docs/pytest.md").read_text(), re.MULTILINE | re.DOTALL
    )
    for name, text in zip(FILES, blocks, strict=True):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def environment_with(folder: Path, *places: str) -> Path:
    """Make a virtual environment that sees these places, too; return its Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=60)
    (packages,) = (folder / "lib").glob("python*/site-packages")
    (packages / "places.pth").write_text("\n".join(places))
    return folder / "bin" / "python"


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """The Python of an environment in which this checkout is importable."""
    return environment_with(tmp_path / "venv", sysconfig.get_path("purelib"), str(CHECKOUT))


def start(
    machine: Machine, python: Path, project: Path, *arguments: str, **variables: str
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [python, "-m", "pytest", *arguments],
        cwd=project,
        env={**machine.environment, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(machine: Machine, python: Path, project: Path, *arguments: str) -> Done:
    return finished(start(machine, python, project, "-p", "automation.pytest_plugin", *arguments))


def test_a_users_tests_pass_a_failing_one_says_what_its_stack_saw_and_nothing_is_left(
    machine: Machine, python: Path, project: Path
) -> None:
    with (project / "test_orders.py").open("a") as tests:
        tests.write(FAILING)

    done = run(machine, python, project)

    assert "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    log, letters, messages = re.split(
        "-+ live stack test-[0-9a-f]{8}: (?:log|dead-letter queue|messages) -+", done.stdout
    )[1:]
    assert "[INFO] accepted order 9" in log
    assert re.search(r"^[-0-9a-f]{36} \?$", letters, re.MULTILINE)
    assert re.search(r"^[-0-9a-f]{36} dead-lettered, in 3 log lines: \?$", messages, re.MULTILINE)
    machine.wait_until_clean()


@pytest.mark.chaos
def test_a_program_that_declares_no_configuration_is_deployed_and_destroyed_too(
    machine: Machine, python: Path, project: Path, account: Account
) -> None:
    bare = project.with_name("bare")
    shutil.copytree(project / "function", bare / "function")
    (bare / "Pulumi.yaml").write_text("name: bare\nruntime: python\n")
    program = (project / "__main__.py").read_text()
    for setting, value in FIXED.items():
        program = program.replace(setting, value)
    (bare / "__main__.py").write_text(program)
    (project / "test_orders.py").write_text(BARE_TEST.format(folder=str(bare)))

    plugin = ["-p", "automation.pytest_plugin", "--live-emulator", account.url]
    done = finished(start(machine, python, project, *plugin, **account.variables))

    assert "1 passed" in done.stdout, done.stdout + done.stderr
    assert account.resources() == []


@pytest.mark.chaos
def test_what_the_function_wrote_to_a_table_is_looked_up(
    machine: Machine, python: Path, project: Path
) -> None:
    for name, changes in STORED.items():
        text = (project / name).read_text()
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new, 1)
        (project / name).write_text(text)

    done = run(machine, python, project, "stored.py")

    assert "1 passed" in done.stdout, done.stdout + done.stderr
    machine.wait_until_clean()


@pytest.mark.chaos
def test_no_second_ctrl_c_cuts_the_destroy_short(
    machine: Machine, python: Path, project: Path, account: Account
) -> None:
    plugin = ["-p", "automation.pytest_plugin", "--live-emulator", account.url]
    process = start(machine, python, project, *plugin, **account.variables)
    machine.wait_for_state("aws:lambda/function:Function")
    for _ in range(3):
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.5)
    done = finished(process)

    assert done.code == pytest.ExitCode.INTERRUPTED, done.stdout + done.stderr
    assert "KeyboardInterrupt" in done.stdout
    assert account.resources() == []


@pytest.mark.chaos
@pytest.mark.skipif(
    importlib.util.find_spec("hatchling") is None, reason="needs hatchling, which builds the wheel"
)
def test_an_installed_wheel_is_a_plugin(machine: Machine, tmp_path: Path, project: Path) -> None:
    wheels = tmp_path / "wheels"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    build = [
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(wheels),
        str(CHECKOUT),
    ]
    subprocess.run([*pip, *build], check=True, timeout=120)
    python = environment_with(tmp_path / "installed", sysconfig.get_path("purelib"))
    (wheel,) = wheels.iterdir()
    install = ["--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([*pip, *install], check=True, timeout=120)

    done = finished(start(machine, python, project))

    assert "2 passed" in done.stdout, done.stdout + done.stderr
    script = subprocess.run(
        [python.with_name("poker-hands"), "run", "--stack", "dev"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert script.returncode == 2
    assert "name the folder of the program: --program DIR" in script.stderr
    machine.wait_until_clean()

    completions = machine.home / ".local/share/bash-completion/completions"
    reference = CHECKOUT / "docs" / "reference" / "commands.md"
    lines = [*commands(reference, "mkdir"), *commands(reference, "poker-hands completion")]
    assert len(lines) == 3
    for line in map(without_words, lines):
        done = finished(machine.start_line(line, python))
        assert done.code == 0, done.stdout + done.stderr
    assert "#compdef poker-hands" in (machine.home / ".zfunc" / "_poker-hands").read_text()
    loaded = f"source {completions}/poker-hands; complete -p poker-hands"
    assert "poker-hands" in subprocess.check_output(["/bin/bash", "-c", loaded], text=True)
    shutil.rmtree(machine.home)  # what was asked for is no litter
    machine.home.mkdir()
