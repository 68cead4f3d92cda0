from __future__ import annotations

import json
import os
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from automation.report.files import (
    FORMATS,
    check_destination,
    check_destinations,
    write_file,
    write_files,
)
from automation.support.errors import AutomationError, UsageError
from automation.support.paths import CHECKOUT
from tests.unit.automation.report.results import PASSED

READ = "import pathlib, sys; print(pathlib.Path(sys.argv[1]).read_text())"
TEXT = "a text"


def test_a_run_is_written_in_each_format_that_is_asked_for(tmp_path: Path) -> None:
    paths = {name: tmp_path / f"result.{name}" for name in FORMATS}

    assert list(write_files(PASSED, paths)) == []

    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in paths.values()}
    assert json.loads(paths["json"].read_text())["outcome"] == "passed"
    assert ET.parse(paths["junit"]).getroot().tag == "testsuites"  # noqa: S314 -- our own
    assert "</html>" in paths["html"].read_text()


def test_a_file_that_could_not_be_written_does_not_keep_the_others_from_it(tmp_path: Path) -> None:
    paths = {"json": tmp_path / "missing" / "r.json", "junit": tmp_path / "r.xml"}

    (error,) = write_files(PASSED, paths)

    assert "r.json" in str(error)
    assert paths["junit"].exists()


def test_a_run_without_a_page_does_not_pay_for_the_page() -> None:
    program = """if True:
        import sys
        import automation.report.files, automation.report.live, automation.report.printing
        assert not {"jinja2", "pygal", "xml.etree"} & set(sys.modules)
        """

    subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, timeout=30, check=True)


@pytest.mark.parametrize("other", ["r", "folder/../r", "link", "link-to-folder/../r"])
def test_two_formats_in_one_file_are_refused(other: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("r")
    (tmp_path / "link-to-folder").symlink_to("folder")

    with pytest.raises(UsageError, match="--json and --html name the same file"):
        check_destinations({"json": tmp_path / "r", "html": tmp_path / other})


def disk_full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("named", ["result.json", "link.json"])
@pytest.mark.parametrize("method", ["write_text", "replace"])
def test_is_written_whole_or_not_at_all(
    method: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "result.json"
    path.write_text("the one before")
    (tmp_path / "link.json").symlink_to(path)

    def half_a_disk(self: Path, *_: object, **__: object) -> int:
        self.write_bytes(b'{"outcome": "pa')
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, method, half_a_disk if method == "write_text" else disk_full)
        with pytest.raises(AutomationError, match=rf"{named}.*No space left"):
            write_file(TEXT, tmp_path / named)

    assert path.read_text() == "the one before"
    assert {each.name for each in tmp_path.iterdir()} == {"result.json", "link.json"}


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_a_file_that_is_replaced_keeps_its_mode_and_its_owner(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.touch()
    if os.geteuid() == 0:  # only root may give a file away
        os.chown(path, 65534, 65534)
    path.chmod(mode)
    before = path.stat()

    write_file(TEXT, path)

    after = path.stat()
    assert path.read_text() == TEXT
    assert after.st_ino != before.st_ino
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_new_file_has_the_mode_that_the_umask_leaves(
    umask: int, mode: int, tmp_path: Path
) -> None:
    path = tmp_path / "result.json"
    before = os.umask(umask)
    try:
        write_file(TEXT, path)
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_file_without_write_permission_is_refused_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "result.json"
    path.write_text("the one before")
    path.chmod(0o444)
    if os.geteuid() == 0:  # root may write to any file
        monkeypatch.setattr(os, "access", lambda asked, _: Path(asked) != path)

    with pytest.raises(UsageError, match=rf"no permission to write to {path}"):
        check_destination(path)
    with pytest.raises(AutomationError, match=rf"{path}: Permission denied"):
        write_file(TEXT, path)

    assert path.read_text() == "the one before"


def test_a_link_that_leads_to_itself_is_an_error_and_stays(tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(link)

    with pytest.raises(AutomationError, match=r"link\.json"):
        write_file(TEXT, link)

    assert link.is_symlink()


def test_a_name_of_the_greatest_length_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250 + ".json")

    assert list(write_files(PASSED, {"json": path})) == []

    assert json.loads(path.read_text())["outcome"] == "passed"


def test_a_draft_that_cannot_be_removed_keeps_neither_the_error_nor_the_other_files_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = {"json": tmp_path / "r.json", "junit": tmp_path / "r.xml"}
    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", disk_full)
        patched.setattr(Path, "unlink", disk_full)
        errors = list(write_files(PASSED, paths))

    assert [str(error).partition(": ")[2] for error in errors] == ["No space left on device"] * 2


def test_a_file_of_the_user_s_beside_the_result_is_never_taken_for_a_draft(tmp_path: Path) -> None:
    neighbour = tmp_path / f"result.json.{os.getpid()}"
    neighbour.write_text("the user's")

    write_file(TEXT, tmp_path / "result.json")

    assert neighbour.read_text() == "the user's"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_device_is_written_to_and_stays_a_device(tmp_path: Path) -> None:
    if os.geteuid() == 0:  # only root may make one, and only root could replace /dev/null
        device = tmp_path / "null"
        os.mknod(device, stat.S_IFCHR | 0o666, Path(os.devnull).stat().st_rdev)
    else:
        device = Path(os.devnull)

    check_destination(device)
    write_file(TEXT, device)

    assert device.is_char_device()


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen([sys.executable, "-c", READ, str(pipe)], stdout=subprocess.PIPE)

    write_file(TEXT, pipe)

    assert reader.communicate(timeout=30)[0].decode().strip() == TEXT
    assert pipe.is_fifo()


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="this system has no /dev/fd")
def test_a_pipe_of_the_shell_is_written_to() -> None:
    reader, writer = os.pipe()

    check_destination(Path(f"/dev/fd/{writer}"))
    write_file(TEXT, Path(f"/dev/fd/{writer}"))

    os.close(writer)
    with open(reader) as received:  # noqa: PTH123 -- a descriptor
        assert received.read() == TEXT


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_is_written_through_and_stays_a_link(tmp_path: Path, *, exists: bool) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    if exists:
        target.write_text("the one before")
    link.symlink_to(target)

    write_file(TEXT, link)

    assert link.is_symlink()
    assert target.read_text() == TEXT


def test_standard_output_can_be_named_as_a_file() -> None:
    program = """if True:
        from pathlib import Path
        from automation.report.files import write_file
        write_file("text", Path("/dev/stdout"))
        """

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, timeout=30, check=True
    )

    assert done.stdout == b"text"


REDIRECTED = """if True:
    import sys
    from pathlib import Path
    from automation.report.files import check_destination, write_file
    from automation.support.output import survive_failed_writes
    survive_failed_writes()
    check_destination(Path(sys.argv[1]))
    print("before")
    write_file("the result\\n", Path(sys.argv[1]))
    print("after")
    """


@pytest.mark.parametrize("by_name", [True, False])
@pytest.mark.parametrize("redirection", [">", ">>", "2>", "2>>"])
def test_a_file_that_a_stream_is_redirected_to_keeps_all_that_is_written_to_it(
    redirection: str, tmp_path: Path, *, by_name: bool
) -> None:
    log = tmp_path / "log"
    log.write_text("earlier\n")
    of_stderr = redirection.startswith("2")
    device = "/dev/stderr" if of_stderr else "/dev/stdout"
    program = [sys.executable, "-c", REDIRECTED, str(log) if by_name else device]

    done = subprocess.run(  # noqa: S602 -- the shell redirects
        f"{shlex.join(program)} {redirection}{shlex.quote(str(log))}",
        shell=True,
        cwd=CHECKOUT,
        capture_output=True,
        timeout=30,
        check=True,
    )

    earlier = "earlier\n" if ">>" in redirection else ""
    written = "the result\n" if of_stderr else "before\nthe result\nafter\n"
    assert log.read_text() == earlier + written
    assert done.stdout == (b"before\nafter\n" if of_stderr else b"")
    assert done.stderr == b""


def test_a_result_that_standard_output_cannot_take_is_an_error(tmp_path: Path) -> None:
    with (tmp_path / "full").open("wb") as full:
        limited = f"ulimit -f 0; exec {shlex.join([sys.executable, '-c', REDIRECTED])} /dev/stdout"
        done = subprocess.run(
            ["/bin/sh", "-c", limited],
            cwd=CHECKOUT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )

    assert done.returncode == 1
    assert "the result could not be written to /dev/stdout: File too large" in done.stderr


@pytest.mark.parametrize(
    ("place", "complaint"),
    [
        (lambda folder: folder / "missing" / "r.json", "there is no folder .*missing"),
        (lambda folder: folder, "it is a folder"),
        (lambda folder: folder / "file" / "r.json", "there is no folder .*file"),
        (lambda folder: folder / "dangling", "there is no folder .*missing"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_the_run(
    place: Callable[[Path], Path], complaint: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to("missing/r.json")

    with pytest.raises(UsageError, match=complaint):
        check_destination(place(tmp_path))


def test_a_file_that_can_be_written_is_accepted_and_not_touched(tmp_path: Path) -> None:
    check_destination(tmp_path / "new.json")

    assert not list(tmp_path.iterdir())
