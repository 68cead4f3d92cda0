"""A function's code as Lambda takes it: one zip, the same bytes for the same files everywhere."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from automation.emulator.provider.errors import ProviderError
from automation.emulator.provider.values import Archive, Asset

if TYPE_CHECKING:
    from collections.abc import Iterator

EPOCH = (
    1980,
    1,
    1,
    0,
    0,
    0,
)  # the earliest time that a zip can hold: what a file's own would break
REGULAR = 0o100644
EXECUTABLE = 0o100755

Entry = tuple[str, int, bytes]  # its name in the zip, its mode, its bytes


def zip_of(archive: Archive) -> bytes:
    """The archive as a zip; a zip file is taken as it is.

    Relative paths are read from the current directory, which the engine makes the program's.

    Raises:
        ProviderError: A file is missing, or is of a kind that this provider does not read.
    """
    if archive.path is not None and zipfile.is_zipfile(archive.path):
        return Path(archive.path).read_bytes()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, mode, content in sorted(_entries(archive, "")):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = mode << 16
            package.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _entries(part: Archive | Asset, name: str) -> Iterator[Entry]:
    """The files of a part of an archive, which is in it under `name`."""
    if part.uri is not None:
        raise ProviderError(
            f"the code at {part.uri} is remote: this provider reads local files only"
        )
    if isinstance(part, Asset):
        yield (
            _file(Path(part.path), name) if part.path is not None else _text(part.text or "", name)
        )
    elif part.path is not None:
        yield from _files(Path(part.path), name)
    else:
        for key, inner in (part.assets or {}).items():
            yield from _entries(inner, f"{name}/{key}" if name else key)


def _text(text: str, name: str) -> Entry:
    return name, REGULAR, text.encode()


def _file(path: Path, name: str) -> Entry:
    try:
        executable = path.stat().st_mode & 0o111
        return name, EXECUTABLE if executable else REGULAR, path.read_bytes()
    except OSError as error:
        raise ProviderError(f"the code's file {path} cannot be read: {error.strerror}") from error


def _files(path: Path, name: str) -> Iterator[Entry]:
    prefix = f"{name}/" if name else ""
    if path.is_dir():
        for file in path.rglob("*"):
            if file.is_file():
                yield _file(file, prefix + file.relative_to(path).as_posix())
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as package:
            for info in package.infolist():
                if not info.is_dir():
                    mode = info.external_attr >> 16 or REGULAR  # none where no Unix wrote it
                    yield prefix + info.filename, mode, package.read(info)
    else:
        raise ProviderError(f"the code at {path} is neither a folder nor a zip file")
