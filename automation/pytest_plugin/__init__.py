"""A pytest plugin: stacks that live as long as the tests that use them (docs/pytest.md).

pytest loads this in every test suite of an environment, so it imports little until a test asks for
a stack. All options begin with `--live-`: pytest-embedded and many a conftest.py have `--target`,
and two plugins with the same option end pytest at its start.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, cast, get_args

import pytest

from automation.pytest_plugin.options import (
    SCOPE,
    Scope,
    add_options,
    live_options,
)
from automation.support.errors import AutomationError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from typing import Any

    from automation.pytest_plugin.session import LiveSession
    from automation.pytest_plugin.stack import LiveStack

    Factory = Callable[..., LiveStack]

SESSION = pytest.StashKey["LiveSession"]()
AWS = "aws: needs a real AWS account; skipped unless the tests run with --live-target aws"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, and the settings for pytest's configuration file."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", AWS)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the tests that need AWS, unless it is the target."""
    if live_options(config).target == "aws":
        return
    for item in items:
        if item.get_closest_marker("aws"):
            item.add_marker(pytest.mark.skip(reason="needs AWS: --live-target aws"))


def live_stack_scope(fixture_name: str, config: pytest.Config) -> Scope:  # noqa: ARG001 -- pytest's signature
    """Return the scope of `live_stack`, from pytest's configuration."""
    scope = config.getini(SCOPE)
    if scope not in get_args(Scope):
        raise pytest.UsageError(f"{SCOPE} is {scope!r}, not one of {', '.join(get_args(Scope))}")
    return cast("Scope", scope)


@pytest.fixture(scope=live_stack_scope)
def live_stack(request: pytest.FixtureRequest) -> Iterator[LiveStack]:
    """Deploy a stack of the program, and destroy it after the last test of its scope."""
    session = session_of(request.config)
    with plain_failures():
        stack = session.deploy()
    yield stack
    with plain_failures():
        session.destroy(stack)


@pytest.fixture(scope="session")
def live_stack_factory(request: pytest.FixtureRequest) -> Iterator[Factory]:
    """Deploy stacks of other programs, or with other configuration; destroy them at the end."""
    session = session_of(request.config)
    with contextlib.ExitStack() as made:

        def factory(
            program: str | os.PathLike[str] | None = None,
            configuration: Mapping[str, Any] | None = None,
        ) -> LiveStack:
            """Deploy one more stack.

            Args:
                program: Folder of a Pulumi program; None is the same as for `live_stack`.
                configuration: Values by key.
            """
            with plain_failures():
                stack = session.deploy(program, configuration or {})
            made.callback(session.destroy, stack)
            return stack

        made.enter_context(plain_failures())
        yield factory


def session_of(config: pytest.Config) -> LiveSession:
    """Return this process's live session; nothing is started before its first stack."""
    if SESSION not in config.stash:
        from automation.pytest_plugin.session import LiveSession

        config.stash[SESSION] = LiveSession(
            live_options(config), dict(os.environ), announcer(config)
        )
    return config.stash[SESSION]


def announcer(config: pytest.Config) -> Callable[[str], None]:
    """Return a function that shows a line at once, past pytest's capture."""
    capture = config.pluginmanager.getplugin("capturemanager")

    def announce(line: str) -> None:
        with capture.global_and_fixture_disabled() if capture else contextlib.nullcontext():
            sys.stderr.write(f"{line}\n")

    return announce


@contextlib.contextmanager
def plain_failures() -> Iterator[None]:
    """Report the automation's errors as they are, without a traceback of its code."""
    try:
        yield
    except AutomationError as error:
        hint = f"\nhint: {error.hint}" if error.hint else ""
        raise pytest.fail.Exception(f"{error}{hint}", pytrace=False) from None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Forget which stacks the test before this one used."""
    if session := item.config.stash.get(SESSION, None):
        session.used.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what its stacks say to the report of a test that failed."""
    report = yield
    session = item.config.stash.get(SESSION, None)
    if session and report.failed:
        from automation.pytest_plugin.sections import sections

        arguments = getattr(item, "funcargs", {}).values()
        for stack in session.stacks:
            if stack in session.used or stack in arguments:
                report.sections += sections(stack)
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Destroy what is left and close the target, once the fixtures are torn down."""
    if problem := close(session.config):
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
        announcer(session.config)(f"\n{problem}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Do the same if the session ended in another way."""
    if problem := close(config):
        sys.stderr.write(f"\n{problem}\n")


def close(config: pytest.Config) -> str:
    """Close this process's live session, if there is one; return what went wrong."""
    try:
        if session := config.stash.get(SESSION, None):
            session.close()
    except AutomationError as error:
        return f"{error}\nhint: {error.hint}" if error.hint else str(error)
    return ""


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say which stacks were kept, and how to destroy them."""
    session = config.stash.get(SESSION, None)
    if session and session.kept:
        terminalreporter.section("live stacks that were kept; to destroy them")
        for command in session.kept:
            terminalreporter.line(command)
