"""The few things that custody needs of a file system: whole writes, one writer at a time, no way out of the folder."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from evidence.errors import CustodyError, SourceError, Where

BLOCK: Final = 4 << 20


def folder(path: Path) -> Path:
    """Make a folder, and those above it, that only its owner can enter; return it."""
    if not path.is_dir():
        folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
    return path


def sync(path: Path) -> None:
    """Flush a folder's entries to the disk, so that a rename outlives a power cut."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def scratch(beside: Path) -> Path:
    """Return a name, unique among processes, for something that is renamed to ``beside`` when it is whole."""
    return beside.with_name(f".tmp-{os.getpid()}-{os.urandom(4).hex()}-{beside.name[:40]}")


@contextmanager
def whole(path: Path, mode: int = 0o600) -> Iterator[IO[bytes]]:
    """Yield a file that appears under its name only when everything was written: a killed process leaves no half."""
    folder(path.parent)
    temporary = scratch(path)
    handle = os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb")
    try:
        with handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()
    sync(path.parent)


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold a lock that ends with the process, whatever ends it.

    Raises:
        CustodyError: another process holds it.
    """
    folder(path.parent)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CustodyError("another process is writing to this company's evidence", where=Where(str(path)),
                               advice="wait until it has ended, then run the command again") from error
        yield
    finally:
        os.close(handle)


def inside(root: Path, path: Path) -> Path:
    """Return the real place of a file, which must lie in the company folder.

    Raises:
        SourceError: it does not (a link that leads out), or it is not a plain file.
    """
    try:
        real, home = path.resolve(strict=True), root.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise SourceError("the file cannot be reached", where=Where(str(path))) from error
    if not real.is_relative_to(home):
        raise SourceError("the path leads out of the company folder", where=Where(str(path)),
                          advice="copy the file into the folder; links that lead out are not followed")
    if not real.is_file():
        raise SourceError("expected a plain file", where=Where(str(path)))
    return real


def sha256(stream: IO[bytes]) -> str:
    """Return the SHA-256 of what is left of a stream, in lower-case hex."""
    sha = hashlib.sha256()
    while block := stream.read(BLOCK):
        sha.update(block)
    return sha.hexdigest()
