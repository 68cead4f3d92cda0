"""What a local target makes of an error in its block; the emulator is a fake."""

from __future__ import annotations

from pathlib import Path

import pytest

from automation.emulator.functions import OWN, make_environments
from automation.emulator.instance import Instance
from automation.engine import Engine
from automation.support.errors import (
    AutomationError,
    DestroyFailedError,
    EmulatorError,
    EngineFailedError,
    Interrupted,
    ObserveError,
)
from automation.targets.local import LocalTarget, local_target

URL = "http://127.0.0.1:4566"
ENGINE = Engine(folder=Path("/engine"), version="3.259.0", source="cache")
DESTROY_FAILED = DestroyFailedError("stack run-1 still exists: it is stuck", hint="pulumi destroy")


class FakeSupervisor:
    def wait_ready(self) -> None:
        """It answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url: str | None = None
        self.kept = False
        self.closed = False
        self.news: str | None = None

    def start(self, url: str | None) -> FakeSupervisor:
        self.url = url
        return self

    @property
    def instance(self) -> Instance:
        external = self.url is not None
        return Instance(url=URL, folder=self.folder, supervisor=1, external=external)

    def check(self) -> None:
        if self.news:
            raise EmulatorError(self.news)

    def close(self) -> None:
        self.closed = True


class Lasting:
    """The lasting instance of the checkout: none until one is kept."""

    def __init__(self) -> None:
        self.instance: Instance | None = None

    def find(self) -> Instance | None:
        return self.instance

    def keep(self, supervisor: FakeSupervisor) -> None:
        self.instance = supervisor.instance
        supervisor.kept = True


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSupervisor:
    fake = FakeSupervisor(tmp_path)
    monkeypatch.setattr("automation.targets.local.Supervisor", fake.start)
    return fake


@pytest.fixture(autouse=True)
def lasting(monkeypatch: pytest.MonkeyPatch) -> Lasting:
    fake = Lasting()
    monkeypatch.setattr("automation.targets.local.lasting", fake)
    return fake


def fail(error: BaseException, url: str | None = None) -> None:
    with local_target(lambda: ENGINE, {}, url) as target:
        assert isinstance(target, LocalTarget)
        raise error


@pytest.mark.parametrize(
    "error", [EngineFailedError("no"), FileNotFoundError(), Interrupted(2, "SIGINT")]
)
def test_an_error_goes_through_and_the_emulator_is_ended(
    error: BaseException, supervisor: FakeSupervisor
) -> None:
    with pytest.raises(type(error)) as raised:
        fail(error)

    assert raised.value is error
    assert supervisor.closed


@pytest.mark.parametrize("error", [ObserveError("could not connect"), BrokenPipeError()])
def test_an_emulator_that_ended_explains_what_came_of_it(
    error: Exception, supervisor: FakeSupervisor
) -> None:
    supervisor.news = "the emulator ended by itself"

    with pytest.raises(EmulatorError, match="ended by itself"):
        fail(error)

    assert supervisor.closed


def test_what_the_emulator_said_at_once_is_not_hidden_by_what_comes_later(
    supervisor: FakeSupervisor,
) -> None:
    supervisor.news = "the supervisor ended"

    with pytest.raises(EmulatorError, match="the end of its log"):
        fail(EmulatorError("the end of its log"))

    assert supervisor.closed


def test_an_interrupt_stays_one_though_the_emulator_ended_too(supervisor: FakeSupervisor) -> None:
    supervisor.news = "the emulator ended by itself"

    with pytest.raises(Interrupted):
        fail(Interrupted(2, "SIGINT"))

    assert supervisor.closed


def test_a_lasting_emulator_that_was_stopped_meanwhile_is_told(
    lasting: Lasting, tmp_path: Path
) -> None:
    lasting.instance = Instance(url=URL, folder=tmp_path, supervisor=1, external=False)
    with (  # noqa: PT012 -- it is stopped in the block
        pytest.raises(EmulatorError, match=f"the lasting emulator at {URL} ended during the run"),
        local_target(lambda: ENGINE, {}, None),
    ):
        lasting.instance = None
        raise FileNotFoundError


def test_what_still_stands_on_an_emulator_of_the_users_can_be_finished_by_reap(
    supervisor: FakeSupervisor,
) -> None:
    with pytest.raises(DestroyFailedError) as raised:
        fail(DESTROY_FAILED, URL)

    assert raised.value is DESTROY_FAILED
    assert supervisor.closed


def test_on_an_emulator_of_the_users_the_state_is_in_the_runs_folder_and_in_the_cache(
    supervisor: FakeSupervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automation.targets.local.runs_folder", lambda: tmp_path / "runs")
    assert not supervisor.closed
    with local_target(lambda: ENGINE, {}, URL) as external:
        run = external.folder / "run 1"
        assert external.folder == tmp_path / "runs"
        backend = external.environment_of(run)["PULUMI_BACKEND_URL"]
        assert backend == f"file://{tmp_path}/runs/run%201/backend"
        assert external.reap_options == f" --emulator {URL}"

    with local_target(lambda: ENGINE, {}, None) as own:
        assert own.environment_of(run) == own.environment
        assert own.reap_options == ""


def test_what_could_not_be_destroyed_on_the_runs_own_emulator_goes_with_it(
    supervisor: FakeSupervisor, lasting: Lasting
) -> None:
    with pytest.raises(AutomationError) as raised:
        fail(DESTROY_FAILED)

    assert type(raised.value) is DestroyFailedError
    assert "it is stuck" in str(raised.value)
    assert raised.value.hint.startswith("nothing is left to finish")
    assert supervisor.closed
    assert lasting.instance is None


@pytest.mark.parametrize(
    ("runtime", "note"),
    [
        (OWN, None),
        ("python3.18", None),
        ("nodejs24.x", None),
        ("", None),
        (
            "python3.99",
            f"python3.99 was not found on this machine: the function ran under {OWN}",
        ),
    ],
)
@pytest.mark.usefixtures("supervisor")
def test_a_function_that_runs_under_another_release_of_python_is_noted(
    runtime: str, note: str | None, tmp_path: Path
) -> None:
    pythons = {OWN: Path("/bin/p"), "python3.18": Path("/bin/q")}
    make_environments(tmp_path / "functions", pythons, tmp_path)

    with local_target(lambda: ENGINE, {}, None) as target:
        assert target.note_on(runtime) == note


@pytest.mark.usefixtures("supervisor")
def test_nobody_knows_how_an_emulator_of_the_users_runs_a_function() -> None:
    with local_target(lambda: ENGINE, {}, URL) as target:
        assert target.note_on("python3.99") is None
