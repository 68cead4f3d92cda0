from __future__ import annotations

import signal
import subprocess
import sys
import textwrap

import pytest

from automation.support.paths import CHECKOUT

PRELUDE = """
import os, signal
from automation.support.errors import Interrupted
from automation.support.interrupts import (
    hurried, ignore_from_now_on, install, interrupt_after, interruptible, noted, shielded,
    unprotected,
)
install()
def strike(signum):
    os.kill(os.getpid(), signum)
"""
CLEANING = "\nstill cleaning up: it ends by itself\n"


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(program)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def told(program: str) -> list[str]:
    done = run(program)
    assert not done.stderr.replace(CLEANING, ""), done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    ("signum", "code"), [(signal.SIGINT, "130"), (signal.SIGTERM, "143"), (signal.SIGHUP, "129")]
)
def test_a_signal_ends_a_wait_with_the_shells_exit_code(signum: int, code: str) -> None:
    program = f"""
        try:
            with interruptible():
                strike({int(signum)})
                print("went on")
        except Interrupted as interrupted:
            print(interrupted.exit_code)
        """

    assert told(program) == [code]


def test_a_signal_elsewhere_is_noted_and_ends_the_next_wait_before_it_begins() -> None:
    program = """
        strike(signal.SIGTERM)
        print("went-on", noted().exit_code)
        try:
            with interruptible():
                print("waited")
        except Interrupted as interrupted:
            print(interrupted.exit_code)
        """

    assert told(program) == ["went-on", "143", "143"]


def test_a_wait_is_over_when_its_block_is() -> None:
    program = """
        print(noted())
        with interruptible():
            with interruptible():
                pass
        strike(signal.SIGINT)
        print("went-on")
        """

    assert told(program) == ["None", "went-on"]


def test_no_exception_handler_of_a_library_swallows_the_signal() -> None:
    program = """
        try:
            try:
                with interruptible():
                    strike(signal.SIGINT)
            except Exception:
                print("swallowed")
        except BaseException as error:
            print(type(error).__name__)
        """

    assert told(program) == ["Interrupted"]


def test_a_signal_ends_no_wait_of_a_shielded_block() -> None:
    program = """
        with shielded():
            with interruptible():
                strike(signal.SIGTERM)
                print("inner")
            with interruptible(), shielded():
                print("next")
        try:
            with interruptible():
                print("went-on")
        except Interrupted as interrupted:
            print(interrupted.exit_code)
        """

    assert told(program) == ["inner", "next", "143"]


def test_clean_up_after_the_first_signal_is_ended_by_no_other() -> None:
    program = """
        try:
            try:
                with interruptible():
                    strike(signal.SIGINT)
            finally:
                strike(signal.SIGINT)
                with interruptible():
                    strike(signal.SIGTERM)
                    print("cleaned")
        except Interrupted as interrupted:
            print(interrupted.exit_code, noted().exit_code)
        """

    assert told(program) == ["cleaned", "130", "130"]


@pytest.mark.parametrize("block", ["shielded()", "interruptible(), shielded()"])
def test_a_person_who_interrupts_a_clean_up_is_told_that_it_ends_by_itself(block: str) -> None:
    assert run(f"with {block}: strike(signal.SIGINT)").stderr == CLEANING


def test_an_error_is_not_replaced_by_the_signal() -> None:
    program = """
        try:
            strike(signal.SIGINT)
            raise ValueError
        except ValueError:
            print("the error")
        """

    assert told(program) == ["the", "error"]


def test_a_timeout_interrupts_like_any_signal() -> None:
    program = """
        import time
        interrupt_after(0.05)
        try:
            with interruptible():
                time.sleep(30)
        except Interrupted as interrupted:
            print(interrupted.exit_code, interrupted)
        """

    assert told(program) == ["124", "interrupted", "by", "its", "timeout"]


def test_a_timeout_is_over_when_all_is_cleaned_up() -> None:
    program = """
        import time
        interrupt_after(0.2)
        with unprotected():
            time.sleep(0.4)
        print("done")
        """

    assert told(program) == ["done"]


def test_a_second_signal_hurries_unless_it_came_with_the_first() -> None:
    program = """
        import automation.support.interrupts as module
        strike(signal.SIGHUP)
        strike(signal.SIGHUP)
        print(hurried())
        module.IMPATIENT = 0.0
        strike(signal.SIGINT)
        print(hurried())
        """

    assert told(program) == ["False", "True"]


def test_once_all_is_cleaned_up_every_signal_ends_the_command() -> None:
    program = """
        strike(signal.SIGINT)
        for signum in (signal.SIGHUP, signal.SIGTERM):
            try:
                with unprotected():
                    strike(signum)
                    print("waited")
            except Interrupted as interrupted:
                print(interrupted.exit_code)
        strike(signal.SIGTERM)
        print("went-on")
        """

    assert told(program) == ["129", "143", "went-on"]


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_at_the_very_end_of_a_process_does_not_change_its_exit_code(signum: int) -> None:
    program = f"""
        import sys
        class AtTheEnd:
            def __del__(self, kill=os.kill, pid=os.getpid()):
                kill(pid, {int(signum)})  # the interpreter has taken its handlers away
        at_the_end = AtTheEnd()
        ignore_from_now_on()
        sys.exit(7)
        """

    assert run(program).returncode == 7


def test_a_command_under_nohup_goes_on_when_the_terminal_goes() -> None:
    program = """
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        install()
        with interruptible():
            strike(signal.SIGHUP)
            print("went on")
        """

    assert told(program) == ["went", "on"]


def test_what_a_command_in_the_background_starts_does_not_ignore_ctrl_c_with_it() -> None:
    program = """
        import subprocess, sys
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        install()
        with interruptible():
            strike(signal.SIGINT)
        child = "import signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
        subprocess.run([sys.executable, "-c", child], check=True)
        """

    assert told(program) == ["False"]


DEFERRING = """
import contextlib, os, signal, sys
from automation.support.errors import Interrupted
from automation.support.interrupts import deferred, interruptible, noted, shielded
def strike(signum):
    os.kill(os.getpid(), signum)
"""


def deferring(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", DEFERRING + textwrap.dedent(program)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_deferred_ctrl_c_is_raised_once_the_clean_up_is_done() -> None:
    program = """
        try:
            with deferred(), shielded():
                strike(signal.SIGINT)
                strike(signal.SIGINT)
                with interruptible():
                    strike(signal.SIGTERM)
                    print("cleaned")
        except KeyboardInterrupt:
            print("interrupted", noted(), signal.getsignal(signal.SIGTERM) == signal.SIG_DFL)
        """

    assert deferring(program).stdout.split() == ["cleaned", "interrupted", "None", "True"]


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP])
def test_a_deferred_signal_ends_the_process_where_that_is_its_default(signum: int) -> None:
    program = f"""
        with deferred(), shielded():
            strike({int(signum)})
            print("cleaned", flush=True)
        print("went on", flush=True)
        """
    done = deferring(program)

    assert (done.returncode, done.stdout) == (-signum, "cleaned\n")


def test_a_signal_ends_a_wait_of_a_deferred_block_that_is_not_shielded() -> None:
    program = """
        try:
            with deferred():
                try:
                    with interruptible():
                        strike(signal.SIGINT)
                        print("waited")
                except Interrupted:
                    strike(signal.SIGINT)
                    print("cleaned")
                    raise
        except KeyboardInterrupt as error:
            print(type(error.__context__).__name__)
        """

    assert deferring(program).stdout.split() == ["cleaned", "Interrupted"]


def test_what_is_ignored_stays_ignored_in_a_deferred_block_and_in_one_inside() -> None:
    program = """
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        with deferred(), deferred(), interruptible():
            strike(signal.SIGHUP)
        print(signal.getsignal(signal.SIGHUP) == signal.SIG_IGN)
        """

    assert deferring(program).stdout.split() == ["True"]


def test_nothing_is_deferred_without_a_signal_or_in_a_thread() -> None:
    program = """
        import threading
        def work():
            with deferred():
                print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        with deferred():
            print("worked")
        """

    assert deferring(program).stdout.split() == ["True", "worked"]


def test_a_child_that_fails_is_seen_to_fail_where_the_caller_ignores_the_end_of_children() -> None:
    program = """
        import subprocess
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        install()
        print(subprocess.run(["false"]).returncode)
        """

    assert told(program) == ["1"]


def test_a_timeout_ends_a_wait_even_where_the_caller_ignores_its_signal() -> None:
    program = """
        import time
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        install()
        interrupt_after(0.01)
        try:
            with interruptible():
                time.sleep(20)
        except Interrupted as interrupted:
            print(interrupted.exit_code)
        """

    assert told(program) == ["124"]


def test_a_signal_never_leaves_the_lock_of_a_process_taken() -> None:
    """It raises between two waits: inside of `Popen.wait` it may come where the lock is just taken.

    This lock sends a signal at that moment; the clean-up takes the lock again.
    """
    program = """
        import pathlib, subprocess, tempfile
        from automation.engine.model import Engine
        from automation.stack.command import EngineCommand

        folder = pathlib.Path(tempfile.mkdtemp())
        (folder / "pulumi").write_text("#!/bin/sh\\nexec sleep 20\\n")
        (folder / "pulumi").chmod(0o755)

        class Lock:
            def __init__(self, real):
                self.real, self.count = real, 0
            def acquire(self, *given):
                got = self.real.acquire(*given)
                self.count += 1
                if self.count == 3:
                    strike(signal.SIGTERM)
                return got
            def release(self):
                self.real.release()
            def __enter__(self):
                return self.real.__enter__()
            def __exit__(self, *given):
                return self.real.__exit__(*given)

        made = subprocess.Popen.__init__
        def make(self, *given, **named):
            made(self, *given, **named)
            self._waitpid_lock = Lock(self._waitpid_lock)
        subprocess.Popen.__init__ = make
        engine = Engine(folder=folder, version="3.259.0", source="PATH")
        try:
            EngineCommand(engine, dict(os.environ)).run(["up"], "/tmp", {})
        except Interrupted as interrupted:
            print(interrupted.exit_code)
        """

    assert told(program) == ["143"]


def test_a_second_signal_is_answered_even_before_the_first_has_raised() -> None:
    done = run("strike(signal.SIGINT); strike(signal.SIGTERM); print(noted().exit_code)")

    assert (done.stdout, done.stderr) == ("130\n", CLEANING)
