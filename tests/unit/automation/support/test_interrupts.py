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
from automation.support.interrupts import install, shielded
install()
def strike(signum):
    os.kill(os.getpid(), signum)
"""


def told(program: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(program)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert not done.stderr.replace("\nstill cleaning up: it ends by itself\n", ""), done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    ("signum", "code"), [(signal.SIGINT, "130"), (signal.SIGTERM, "143"), (signal.SIGHUP, "129")]
)
def test_the_first_signal_ends_what_is_going_on_with_the_shells_exit_code(
    signum: int, code: str
) -> None:
    program = f"""
        try:
            strike({int(signum)})
            print("went on")
        except Interrupted as interrupted:
            print(interrupted.exit_code)
        """

    assert told(program) == [code]


def test_no_exception_handler_of_a_library_swallows_the_signal() -> None:
    program = """
        try:
            try:
                strike(signal.SIGINT)
            except Exception:
                print("swallowed")
        except BaseException as error:
            print(type(error).__name__)
        """

    assert told(program) == ["Interrupted"]


def test_a_signal_in_a_shielded_block_takes_effect_after_it() -> None:
    program = """
        try:
            with shielded():
                with shielded():
                    strike(signal.SIGTERM)
                    print("inner")
                print("outer")
            print("went on")
        except Interrupted as interrupted:
            print(interrupted.exit_code)
        """

    assert told(program) == ["inner", "outer", "143"]


def test_clean_up_after_the_first_signal_is_not_cut_short_by_the_next() -> None:
    program = """
        try:
            try:
                strike(signal.SIGINT)
            finally:
                strike(signal.SIGINT)
                strike(signal.SIGTERM)
                print("cleaned")
        except Interrupted as interrupted:
            print(interrupted.exit_code)
        """

    assert told(program) == ["cleaned", "130"]


def test_an_error_in_a_shielded_block_is_not_replaced_by_the_signal() -> None:
    program = """
        try:
            with shielded():
                strike(signal.SIGINT)
                raise ValueError
        except ValueError:
            print("the error")
        """

    assert told(program) == ["the", "error"]


def test_a_command_under_nohup_goes_on_when_the_terminal_goes() -> None:
    program = """
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        install()
        strike(signal.SIGHUP)
        print("went on")
        """

    assert told(program) == ["went", "on"]


def test_what_a_command_in_the_background_starts_does_not_ignore_ctrl_c_with_it() -> None:
    program = """
        import subprocess, sys
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        install()
        strike(signal.SIGINT)
        child = "import signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
        subprocess.run([sys.executable, "-c", child], check=True)
        """

    assert told(program) == ["False"]
