"""Keys that never leave the company: finding keys, salts, pseudonyms. One file each, for the owner's eyes alone."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Final

from evidence.errors import CustodyError, Where
from evidence.store import disk

SIZE: Final = 32
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


def key(folder: Path, name: str) -> bytes:
    """Return the key of this name, made of 32 random bytes on its first use.

    Raises:
        CustodyError: the name is not one, or the file is readable by others or has another size.
    """
    if not _NAME.fullmatch(name):
        raise CustodyError(f"expected the name of a key such as salt-2026-10, found {name!r}")
    disk.folder(folder)
    path = folder / f"{name}.key"
    if not path.exists():
        _make(path)
    return _read(path)


def _make(path: Path) -> None:
    """Write a new key under a scratch name and link it, so that of two processes one wins and both read its key."""
    temporary = disk.scratch(path)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(os.urandom(SIZE))
        handle.flush()
        os.fsync(handle.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    disk.sync(path.parent)


def _read(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise CustodyError("the key cannot be read", where=Where(str(path))) from error
    with os.fdopen(handle, "rb") as file:
        state = os.fstat(file.fileno())
        if not stat.S_ISREG(state.st_mode) or state.st_mode & 0o077:
            raise CustodyError("others than its owner can read this key", where=Where(str(path)),
                               advice=f"chmod 600 {path}, and think about who may have read it")
        data = file.read(SIZE + 1)
    if len(data) != SIZE:
        raise CustodyError(f"expected a key of {SIZE} bytes, found {len(data)}", where=Where(str(path)),
                           advice="bring the key back from the backup; a new one would break every earlier month")
    return data
