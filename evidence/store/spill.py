"""Where an engine writes what it cannot hold in memory: a folder for each, since two in one ruin each other's files.

The engine makes its folder when it needs one, and removes it when it ends. Beside it lies a file that the process holds
locked. Where nobody holds it the process was killed, and the next engine of this company clears up behind it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from evidence.store import disk

_GUARD: Final = "lock"
_HELD: Final = ".lock"


class Claim(NamedTuple):
    """A place that nobody else writes to, and what gives it back when its engine has ended."""

    place: Path
    release: Callable[[], None]


def claim(folder: Path) -> Claim:
    """Return a place for one engine below a folder, from which everything that killed processes left is removed.

    Where nothing can be written nothing is claimed: who needs no room for it can still read.
    """
    place = folder / f"{os.getpid()}-{os.urandom(4).hex()}"
    try:
        with _alone(disk.folder(folder)):
            _clear(folder)
            handle = _locked(place.with_suffix(_HELD), os.O_CREAT | os.O_EXCL)
    except OSError as error:
        if error.errno not in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise
        return Claim(place, lambda: None)

    def release() -> None:
        """Give the place back, unless a cursor still writes to it: then it is held as long as the process lives."""
        if not place.exists():
            place.with_suffix(_HELD).unlink(missing_ok=True)
            os.close(handle)

    return Claim(place, release)


@contextmanager
def quiet(folder: Path) -> Iterator[bool]:
    """Let no engine begin, and say whether there is none."""
    with _alone(disk.folder(folder)):
        yield not _alive(folder)


def _alive(folder: Path) -> set[str]:
    """Return the names of places that engines hold, and of the files beside them."""
    alive: set[str] = set()
    for path in folder.glob(f"*{_HELD}"):
        try:
            os.close(_locked(path, 0))
        except BlockingIOError:
            alive |= {path.name, path.stem}
    return alive


def _clear(folder: Path) -> None:
    """Remove whatever belongs to no process that lives. Nobody else claims a place meanwhile."""
    alive = {_GUARD, *_alive(folder)}
    for path in folder.iterdir():
        if path.name not in alive:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process makes or removes places."""
    handle = os.open(folder / _GUARD, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _locked(path: Path, how: int) -> int:
    """Return an open file that this process holds locked.

    Raises:
        BlockingIOError: another one does, or another engine of this one.
    """
    handle = os.open(path, os.O_RDWR | how, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle
