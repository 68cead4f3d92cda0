from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from automation.cli import COMMANDS as COMMANDS_OF_THE_PARSER
from automation.cli import command, parser
from automation.support.paths import CHECKOUT

Said = Callable[..., tuple[int, str]]


def never(*_: object, **__: object) -> NoReturn:
    raise AssertionError("something was started")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """A command's exit code and all that it says; no engine, emulator or process may be started."""
    monkeypatch.setattr("automation.run.find_engine", never)
    monkeypatch.setattr("automation.existing.find_engine", never)
    monkeypatch.setattr("automation.targets.local.Supervisor", never)
    monkeypatch.setattr("automation.emulator.lasting.Supervisor", never)
    monkeypatch.setattr("automation.emulator.lasting.find", lambda: None)
    monkeypatch.setattr("automation.targets.opening.aws_target", never)
    monkeypatch.setattr("os.execvpe", never)
    monkeypatch.setattr("automation.run.check_source", lambda *_: None)
    monkeypatch.setattr("subprocess.Popen", never)

    def run(*arguments: str) -> tuple[int, str]:
        try:
            code: object = command(arguments)
        except SystemExit as ended:
            code = ended.code
        output = capsys.readouterr()
        assert isinstance(code, int)
        return code, " ".join((output.out + output.err).split())

    return run


WRONG = [
    ([], "the following arguments are required: COMMAND"),
    (["fly"], "choose from 'run', 'reap', 'exec', 'local'"),
    (["stauts"], "did you mean status?"),
    (["Reap"], "did you mean reap?"),
    (["dlq", "redive"], "did you mean redrive?"),
    (["local"], "the following arguments are required: VERB"),
    (["local", "fly"], "choose from 'start', 'stop', 'status'"),
    (["exec"], "the following arguments are required: CMD"),
    (["exec", "pulumi", "up", "--yes"], "unrecognized arguments: --yes"),
    (["run", "ten"], "unrecognized arguments: ten"),
    (["run", "--stak", "dev"], "unrecognized arguments: --stak dev did you mean --stack?"),
    (["dlq", "redrive", "--reson=x"], "unrecognized arguments: --reson=x did you mean --reason?"),
    (
        ["run", "--config", "batchsize=5"],
        "the program has no configuration key batchsize next: did you mean batchSize? Pulumi.yaml",
    ),
    (["run", "--config", "tags=team:cards"], "give an object as JSON, as in --config"),
    (["run", "--config", "batchSize=ten"], "batchSize must be a whole number, not 'ten'"),
    (["run", "--config", "batchSize=true"], "batchSize must be a whole number, not True"),
    (["run", "--config", "handler=1"], "handler must be text, not 1"),
    (["run", "--config", "foo:bar=1"], "the program has no configuration key foo:bar"),
    (["run", "--config", "functionTimeout:=1"], "no configuration key functionTimeout:"),
    (["run", "--config", "aws:=1"], "the program has no configuration key aws:"),
    (["run", "--program", "/no/such"], "/no/such is not a Pulumi program: it has no Pulumi.yaml"),
    (["run", "--stack", "dev", "--program", "/"], "name the folder of a Pulumi program"),
    (["reap", "--program", "/no/such"], "name the folder of a Pulumi program"),
    (["run", "--target", "gcp"], "choose from 'local', 'aws'"),
    (
        ["run", "--stack", "dev"],
        "deploy the stack first: python -m automation exec -- pulumi stack init dev",
    ),
    (["run", "--stack", "dev", "--keep"], "leave out --keep and --config"),
    (["run", "--stack", "dev", "--config", "a=b"], "leave out --keep and --config"),
    (
        ["run", "--target", "aws", "--emulator", "http://127.0.0.1:1"],
        "--emulator is for the local target only next: leave out --emulator",
    ),
    (["run", "--account", "123456789012"], "--account is for the aws target only"),
    (["run", "--target", "aws", "--account", "12345"], "'12345' is not the 12 digits"),
    (["reap", "--target", "aws", "--account", "me"], "'me' is not the 12 digits"),
    (["run", "--emulator", "http://10.0.0.1:1"], "give a URL such as http://127.0.0.1:4566"),
    (["run", "--emulator", "http://127.0.0.1:x"], "give a URL such as http://127.0.0.1:4566"),
    (["run", "--emulator", "http://127.0.0.1:99999"], "give a URL such as http://127.0.0.1:4566"),
    (["run", "--emulator", "http://[::1"], "give a URL such as http://127.0.0.1:4566"),
    (["status"], "no emulator is running, so there is no stack next: deploy the stack first"),
    (["logs", "--stack", "dev"], "no emulator is running, so there is no stack dev"),
    (["list"], "no emulator is running"),
    (["status", "--emulator", "nonsense"], "give a URL such as http://127.0.0.1:4566"),
    (
        ["dlq", "list", "--target", "aws", "--emulator", "http://127.0.0.1:1"],
        "leave out --emulator",
    ),
    (["logs", "--since", "yesterday"], "'yesterday' is not a time such as 90s, 15m, 2h or 3d"),
    (["logs", "--level", "loud"], "choose from 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'"),
    (["cost", "--messages", "some"], "'some' is not a whole number above 0"),
    (["cost", "--messages", "0"], "'0' is not a whole number above 0"),
    (["dlq", "redrive", "--rate", "0"], "'0' is not a number above 0"),
    (["dlq", "redrive", "--body", "("], "'(' is not a regular expression"),
    (["dlq", "show"], "the following arguments are required: ID"),
    (["trace"], "the following arguments are required: ID"),
    (["send"], "there is no message to send next: give a BODY, --file FILE or --scenario"),
    (["send", "--file", "/no/such.jsonl"], "the messages cannot be read from /no/such.jsonl"),
    (["send", "--file", str(CHECKOUT / "LICENSE")], "line 1 of"),
    (["send", "--scenario", "/no/such.json"], "pass the path of a scenario file"),
    (["send", "\x00"], "argument 1: SQS does not accept the character U+0000"),
    (["send", ""], "argument 1: it has 0 bytes"),
    (["completion", "fish"], "choose from 'bash', 'zsh', 'tcsh'"),
    (["reap", "--target", "aws", "--emulator", "http://127.0.0.1:1"], "leave out --emulator"),
    (["reap", "--emulator", "nonsense"], "give a URL such as http://127.0.0.1:4566"),
    (["local", "start", "--emulator", "nonsense"], "give a URL such as http://127.0.0.1:4566"),
    (["run", "--json", "/no/such/folder/r.json"], "name a file in a folder that exists"),
    (["run", "--html", "/no/such/folder/r.html"], "name a file in a folder that exists"),
    (["run", "--junit", "r", "--json", "r"], "--json and --junit name the same file"),
    (["run", "--json", str(CHECKOUT)], "it is a folder next: name a file"),
    (["run", "--timeout", "0"], "--timeout: '0' is not a number of seconds above 0"),
    (["run", "--timeout", "-1"], "--timeout: '-1' is not a number of seconds above 0"),
    (["run", "--timeout", "nan"], "--timeout: 'nan' is not a number of seconds above 0"),
    (["run", "--timeout", "inf"], "--timeout: 'inf' is not a number of seconds above 0"),
    (["run", "--timeout", "7200"], "--timeout: 7200 is more than 6600 s, the most for a run"),
    (["run", "--timeout", "soon"], "--timeout: 'soon' is not a number of seconds above 0"),
    (["run", "--config", "batchSize"], "--config: 'batchSize' is not KEY=VALUE"),
    (["run", "--config", "=5"], "--config: '=5' is not KEY=VALUE"),
    (["run", "--scenario", "/no/such.json"], "pass the path of a scenario file"),
    (["run", "--scenario", str(CHECKOUT)], "pass the path of a scenario file"),
    (["run", "--scenario", str(CHECKOUT / "LICENSE")], "is not JSON"),
]


@pytest.mark.parametrize(("arguments", "advice"), WRONG, ids=[" ".join(case[0]) for case in WRONG])
def test_wrong_arguments_are_told_with_the_next_step_and_start_nothing(
    arguments: list[str], advice: str, said: Said
) -> None:
    code, told = said(*arguments)

    assert code == 2, told
    assert advice in told
    assert "Traceback" not in told


def test_all_that_is_wrong_with_a_scenario_is_told_at_once(said: Said, tmp_path: Path) -> None:
    scenario = tmp_path / "mine.json"
    scenario.write_text(json.dumps({"messages": [{"body": "x", "fate": "eaten"}]}))

    code, told = said("run", "--scenario", str(scenario))

    assert code == 2
    assert "the key 'name' is missing" in told
    assert 'write "processed" or "dead-lettered"' in told


def test_a_wrong_argument_of_a_run_is_in_its_json_too(said: Said, tmp_path: Path) -> None:
    code, _ = said("run", "--scenario", "/no/such.json", "--json", str(tmp_path / "r.json"))

    assert code == 2
    assert json.loads((tmp_path / "r.json").read_text())["outcome"] == "error"


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]])
def test_help_tells_what_the_exit_codes_mean(arguments: list[str], said: Said) -> None:
    code, told = said(*arguments)

    assert code == 0
    for line in ("0 proved", "1 a check failed", "2 ", "3 ", "129, 130, 143 interrupted"):
        assert line in told


COMMANDS = [
    *(["run"], ["reap"], ["exec"], ["status"], ["list"], ["send"], ["logs"], ["trace"], ["cost"]),
    *(["dlq"], ["dlq", "list"], ["dlq", "show"], ["dlq", "redrive"], ["dlq", "purge"]),
    *(["doctor"], ["completion"], ["local"]),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_help_of_each_command_has_an_example_that_can_be_parsed(
    words: list[str], said: Said
) -> None:
    code, told = said(*words, "--help")

    assert code == 0
    example = f"python -m automation {words[0]}" if words != ["completion"] else "poker-hands"
    assert example in told


EXAMPLES = sorted(
    {
        line.partition("python -m automation ")[2].split("  ")[0].partition(" > ")[0]
        for each in COMMANDS_OF_THE_PARSER
        for line in (each.epilog or "").splitlines()
        if line.startswith("  python -m automation ")
    }
)


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_of_the_help_is_parsed(example: str) -> None:
    options = parser().parse(shlex.split(example))

    assert callable(options.carry_out)


def test_the_version_is_that_of_the_checkout(said: Said) -> None:
    assert said("--version") == (0, "poker-hands-consumer 0.1.0")


def test_the_version_is_printed_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        command(["--version"])

    assert capsys.readouterr() == ("poker-hands-consumer 0.1.0\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_a_shell_s_completion_knows_every_command(shell: str, said: Said) -> None:
    code, script = said("completion", shell)

    assert code == 0
    for each in COMMANDS_OF_THE_PARSER:
        assert each.name in script
    assert "poker-hands" in script
    assert parser().prog == "python -m automation"


@pytest.mark.parametrize("verb", ["start", "stop", "status"])
def test_help_of_each_verb_of_local_is_there(verb: str, said: Said) -> None:
    assert said("local", verb, "--help")[0] == 0
    assert verb in said("local", "--help")[1]


def test_a_command_that_does_not_exist_is_told_before_an_engine_is_looked_for(
    said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automation.emulator.command.find_engine", never)

    code, told = said("exec", "--", "no-such-program", "--yes")

    assert code == 2
    assert "no-such-program cannot be run" in told
    assert "name a command that is on PATH, after --" in told


def ran(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in a process of its own."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_python_without_the_packages_is_told_what_to_run_in_one_line() -> None:
    done = ran("-S", "-m", "automation", "run")

    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert re.search(r"has no \w+: the packages are in \.venv; run", line)


REPORTED = """
import os, signal, sys
import automation.run
from automation.__main__ import main
from automation.report import files, printing
from tests.unit.automation.report.results import PASSED, failed
def strike(kill=os.kill, pid=os.getpid()):
    kill(pid, SIGNAL)
def striking_after(function):
    def call(*arguments, **options):
        function(*arguments, **options)
        strike()
        return ()
    return call
class AtTheEnd:
    def __del__(self, strike=strike):
        strike()
automation.run.run = lambda *_: RESULT
BEFORE
sys.argv = ["poker-hands", "run"]
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("moment", "reported"),
    [
        ("files.write_files = striking_after(files.write_files)", False),
        ("printing.print_result = striking_after(printing.print_result)", True),
        ("at_the_end = AtTheEnd()", True),
    ],
    ids=["before the result is printed", "after it", "at the end of the process"],
)
@pytest.mark.parametrize(
    ("result", "code", "signum"),
    [
        ("PASSED", 0, signal.SIGINT),
        ("PASSED", 0, signal.SIGTERM),
        ("failed()", 1, signal.SIGHUP),
    ],
)
def test_a_signal_after_the_run_does_not_change_its_exit_code(
    moment: str, result: str, code: int, signum: int, *, reported: bool
) -> None:
    program = REPORTED.replace("SIGNAL", str(int(signum))).replace("RESULT", result)

    done = ran("-c", program.replace("BEFORE", moment))

    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert ("ED in 2.7 s" in done.stdout) is reported
    if not reported:
        assert "after the run was over: its report may be incomplete" in done.stderr


def test_a_process_ends_with_the_code_and_without_a_traceback() -> None:
    done = ran("-m", "automation", "run", "--timeout", "never")

    assert done.returncode == 2
    assert "is not a number of seconds above 0" in done.stderr
    assert not done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", ["permissions", "completion bash"])
def test_a_command_whose_output_the_disk_does_not_take_ends_with_3_and_says_why(
    command: str,
) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "automation", *command.split()],
            cwd=CHECKOUT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )

    assert done.returncode == 3
    assert "error: standard output could not be written" in done.stderr
    assert "not complete: No space left on device" in done.stderr
    assert "next: make room" in done.stderr


def test_a_command_whose_reader_has_read_enough_ends_with_0_and_says_nothing() -> None:
    command = f"{shlex.quote(sys.executable)} -m automation completion bash"
    done = subprocess.run(
        ["/bin/bash", "-c", f"{command} | head -1; exit ${{PIPESTATUS[0]}}"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1
