"""The plugin's executable, as an engine starts and stops it. There is no emulator."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from importlib.metadata import version
from typing import TYPE_CHECKING

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty

from automation.emulator.plugin import install_plugin
from automation.emulator.provider.protocol import provider_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ENVIRONMENT = {"PATH": os.defpath, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
START_WITHIN = 20.0  # seconds
END_WITHIN = 10.0  # seconds


@pytest.fixture(scope="module")
def executable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install_plugin(tmp_path_factory.mktemp("engine's home"))


@pytest.fixture
def plugin(executable: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    # A program's own modules must not shadow the plugin's.
    (tmp_path / "automation.py").write_text("raise ImportError('shadowed')")
    # A shell's background job ignores SIGINT; its engine and the engine's plugins inherit that.
    ignoring_ctrl_c = ["/bin/sh", "-c", 'trap "" INT; exec "$0" "$@"']
    process = subprocess.Popen(
        [*ignoring_ctrl_c, executable, "127.0.0.1:1"],
        cwd=tmp_path,
        env={**ENVIRONMENT, "PYTHONPATH": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        yield process
        process.kill()


def port_of(plugin: subprocess.Popen[str]) -> int:
    assert plugin.stdout is not None
    readable, _, _ = select.select([plugin.stdout], [], [], START_WITHIN)
    assert readable, "the plugin printed no port"
    return int(plugin.stdout.readline())


def close_stdin(plugin: subprocess.Popen[str]) -> None:
    assert plugin.stdin is not None
    plugin.stdin.close()


def test_the_executable_lies_where_the_engine_looks_for_it(executable: Path) -> None:
    assert executable.parent.name == f"resource-aws-v{version('pulumi_aws')}"
    assert executable.name == "pulumi-resource-aws"
    assert os.access(executable, os.X_OK)


def test_installing_twice_is_installing_once(executable: Path) -> None:
    before = executable.read_text()
    assert install_plugin(executable.parents[2]) == executable
    assert executable.read_text() == before


def test_the_plugin_prints_its_port_and_answers_there(plugin: subprocess.Popen[str]) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{port_of(plugin)}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        info = stub.GetPluginInfo(Empty(), timeout=10, wait_for_ready=True)
    assert info.version == version("pulumi_aws")


@pytest.mark.parametrize(
    "end",
    [
        lambda plugin: plugin.send_signal(signal.SIGINT),
        lambda plugin: plugin.send_signal(signal.SIGTERM),
        close_stdin,
    ],
    ids=["SIGINT", "SIGTERM", "its engine ended"],
)
def test_the_plugin_ends_by_itself(
    plugin: subprocess.Popen[str], end: Callable[[subprocess.Popen[str]], None]
) -> None:
    port_of(plugin)
    end(plugin)
    assert plugin.wait(END_WITHIN) == 0


def test_the_plugin_does_not_start_without_an_emulator_on_loopback(executable: Path) -> None:
    for url in ("", "https://sqs.us-east-1.amazonaws.com"):
        began = time.monotonic()
        done = subprocess.run(
            [executable],
            env={**ENVIRONMENT, "AWS_ENDPOINT_URL": url},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=START_WITHIN,
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert "AWS_ENDPOINT_URL is" in done.stderr
        assert time.monotonic() - began < START_WITHIN
