"""Run the child processes that finding and installing an engine needs.

Each child has a time limit and a session of its own: when it is stopped early, every process that
it started ends too. Each gets an environment that is built for it. It contains the settings that
the vendor's and Go's tools need to reach the network, no credentials, and a HOME of its own, so
that nothing is written to the user's.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from automation.support import interrupts
from automation.support.errors import ChildFailedError
from automation.support.processes import end_session

PROGRESS_INTERVAL = 30.0  # seconds between two reports of progress, by default
MAX_REASON = 300  # characters of a failed child's last line that an error quotes

PASSED_VARIABLES = (
    "PATH",
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "NETRC"),
    *("GOPROXY", "GONOPROXY", "GOPRIVATE", "GOSUMDB", "GONOSUMDB", "GOINSECURE", "GOAUTH"),
    *("GOENV", "GOROOT", "GOTOOLCHAIN", "GOFLAGS"),
)

OnProgress = Callable[[float, str], None]
"""Called at intervals with the seconds elapsed and the child's output so far."""


def built_environment(environment: Mapping[str, str], *, home: Path) -> dict[str, str]:
    """Build a child's environment from the caller's.

    Args:
        environment: The caller's environment variables.
        home: The child's HOME. `home`/tmp is created for its temporary files.

    Returns:
        The `PASSED_VARIABLES` that are set, and HOME, TMPDIR and PULUMI_HOME in `home`. Without
        PULUMI_HOME the CLI would use the user's `.pulumi`, whatever HOME is.
    """
    temporary = home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    return {name: environment[name] for name in PASSED_VARIABLES if name in environment} | {
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "PULUMI_HOME": str(home / ".pulumi"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def run(  # noqa: PLR0913 -- all but the command are passed by name
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    within: float,
    on_progress: OnProgress | None = None,
    progress_every: float | None = None,
    pass_fds: Sequence[int] = (),
) -> str:
    """Run a program until it exits. An exception or a timeout ends every process it started.

    Args:
        command: The program and its arguments.
        environment: The child's whole environment.
        folder: The child's working folder.
        within: The timeout, in seconds.
        on_progress: Called while the child runs.
        progress_every: Seconds between two calls of `on_progress`; default: `PROGRESS_INTERVAL`.
        pass_fds: File descriptors that the child and its own children keep open.

    Returns:
        What it wrote to standard output and standard error, in order.

    Raises:
        ChildFailedError: The program could not be started, failed (the message is its last
            line of output), or timed out.
    """
    started = time.monotonic()
    name = Path(command[0]).name
    try:
        child = subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=pass_fds,
        )
    except OSError as error:
        raise ChildFailedError(f"{name} cannot be run: {error}") from error
    with child:
        try:
            output = _read(
                child,
                name,
                started=started,
                within=within,
                on_progress=on_progress,
                every=progress_every or PROGRESS_INTERVAL,
            )
        except BaseException:
            end_session(child.pid, grace=0)
            raise
    if child.returncode != 0:
        no_output = f"{name} ended with exit code {child.returncode} and no output"
        raise ChildFailedError(_last_line(output) or no_output)
    return output


def _read(  # noqa: PLR0913 -- all but the child and its name are passed by name
    child: subprocess.Popen[bytes],
    name: str,
    *,
    started: float,
    within: float,
    on_progress: OnProgress | None,
    every: float,
) -> str:
    told = started
    while time.monotonic() - started < within:
        interrupts.check()
        try:
            output, _ = child.communicate(timeout=interrupts.SLICE)
            return output.decode(errors="replace")
        except subprocess.TimeoutExpired as error:
            now = time.monotonic()
            if on_progress and now - told >= every:
                told = now
                on_progress(now - started, (error.output or b"").decode(errors="replace"))
    raise ChildFailedError(f"{name} did not end within {within:.0f} s")


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:MAX_REASON] if lines else ""
