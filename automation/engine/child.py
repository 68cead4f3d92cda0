"""The programs that a search for the engine starts: bounded, in a session of their own, gone after.

Each gets an environment that is built for it. What the vendor's and Go's tools need to reach the
network passes; credentials do not, and what they write at home lands in a folder of ours.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from automation.engine.model import WayFailedError
from automation.support.interrupts import interruptible
from automation.support.processes import end_session

TICK = 30.0  # seconds between two lines of progress
REASON = 300  # characters of a child's last words that a reason quotes

PASSED = (
    "PATH",
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "NETRC"),
    *("GOPROXY", "GONOPROXY", "GOPRIVATE", "GOSUMDB", "GONOSUMDB", "GOINSECURE", "GOAUTH"),
    *("GOENV", "GOROOT", "GOTOOLCHAIN", "GOFLAGS"),
)

Progress = Callable[[float, str], None]
"""Is told, every `TICK`, the seconds gone and what the child has written so far."""


def built_environment(environment: Mapping[str, str], *, home: Path) -> dict[str, str]:
    """What a child may know of `environment`, with `home` and its `tmp` as the places to write to.

    Returns:
        The variables of `PASSED` that are set, and HOME, TMPDIR and PULUMI_HOME below `home`: the
        engine does not take HOME's word for where a user's `.pulumi` is.
    """
    temporary = home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    return {name: environment[name] for name in PASSED if name in environment} | {
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "PULUMI_HOME": str(home / ".pulumi"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def run(  # noqa: PLR0913 -- each is a choice of the caller's, named at the call
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    seconds: float,
    progress: Progress | None = None,
    holding: Sequence[int] = (),
) -> str:
    """Run a program to its end; whatever ends it early ends everything it started.

    Args:
        command: The program and its arguments.
        environment: All that the child is to know.
        folder: Its working folder.
        seconds: Its time-out.
        progress: Hears of a child that takes its time.
        holding: File descriptors that the child, and what it starts, are to keep open.

    Returns:
        What it wrote, standard output and error as they came.

    Raises:
        WayFailedError: It could not be started, failed (with its last line), or ran out of time.
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
            pass_fds=holding,
        )
    except OSError as error:
        raise WayFailedError(f"{name} cannot be run: {error}") from error
    with child:
        try:
            output = _read(child, name, started=started, seconds=seconds, progress=progress)
        except BaseException:
            end_session(child.pid, grace=0)
            raise
    if child.returncode != 0:
        silence = f"{name} ended with exit code {child.returncode} and said nothing"
        raise WayFailedError(_last_line(output) or silence)
    return output


def _read(
    child: subprocess.Popen[bytes],
    name: str,
    *,
    started: float,
    seconds: float,
    progress: Progress | None,
) -> str:
    while (gone := time.monotonic() - started) < seconds:
        try:
            with interruptible():
                output, _ = child.communicate(timeout=min(TICK, seconds - gone))
            return output.decode(errors="replace")
        except subprocess.TimeoutExpired as error:
            if progress:
                progress(time.monotonic() - started, (error.output or b"").decode(errors="replace"))
    raise WayFailedError(f"{name} did not end within {seconds:.0f} s")


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:REASON] if lines else ""
