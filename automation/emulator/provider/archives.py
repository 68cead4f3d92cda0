"""Zip packages of a function's code: the same files give the same bytes on every machine."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from automation.emulator.provider.errors import ProviderError
from automation.emulator.provider.values import Archive, Asset

if TYPE_CHECKING:
    from collections.abc import Iterator

# Every entry gets the earliest time a zip can hold: real file times would change the bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)
REGULAR = 0o100644
EXECUTABLE = 0o100755

Entry = tuple[str, int, bytes]  # name in the zip, file mode, content


def zip_of(archive: Archive) -> bytes:
    """Return the archive as a zip; a path to a zip file returns that file unchanged.

    Relative paths start at the current directory; the engine sets it to the program's directory.

    Raises:
        ProviderError: A file is missing or unreadable, or the code is remote.
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
    """Yield the files of the part that is stored under `name` in the zip."""
    if part.uri is not None:
        raise ProviderError(
            f"the code at {part.uri} is remote; the local aws provider reads local files only"
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
        raise ProviderError(f"the code file {path} cannot be read: {error.strerror}") from error


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
                    mode = info.external_attr >> 16 or REGULAR  # 0 if not written on Unix
                    yield prefix + info.filename, mode, package.read(info)
    else:
        raise ProviderError(f"the code at {path} is neither a folder nor a zip file")
