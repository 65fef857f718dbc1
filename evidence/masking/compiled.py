"""Compiled databases of the fast engine, kept in a folder: read in a millisecond, compiled in a third of a second.

A file is named by all that it was made of: expressions, flags, version of the engine, kind of machine. The engine
itself refuses a file that is damaged or was made for another machine; it is then compiled anew.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from evidence.store import disk

KEPT: Final = 24
"""So many databases are kept, those that were used last: a scanner has three or four, of which one is of its people."""
Expression = tuple[int, bytes, int]
"""Number, text and flags of one expression."""


def database(expressions: Sequence[Expression], cache: Path | None, *, literal: bool = False) -> Any:
    """Return a database of the expressions, from the folder if it is there, else compiled and left there.

    Plain literals are compiled by a compiler of their own, many thousand in a second or two.
    """
    path = cache / f"{_name(expressions, literal)}.hsdb" if cache else None
    found = _kept(path) if path else None
    if found is None:
        found = _compile(expressions, literal)
        if path:
            _keep(found, path)
    return found


def _name(expressions: Sequence[Expression], literal: bool) -> str:
    from importlib.metadata import version

    sha = hashlib.sha256(f"{version('hyperscan')}\0{platform.machine()}\0{platform.system()}\0{literal}\n".encode())
    for number, text, flags in expressions:
        sha.update(f"{number}\0{flags}\0{len(text)}\0".encode() + text)
    return sha.hexdigest()


def _compile(expressions: Sequence[Expression], literal: bool) -> Any:
    import hyperscan as hs

    made = hs.Database()
    made.compile(expressions=[text for _, text, _ in expressions], ids=[number for number, _, _ in expressions],
                 elements=len(expressions), flags=[flags for _, _, flags in expressions], literal=literal)
    return made


def _kept(path: Path) -> Any:
    """Return the database of a file; None where there is none, or none that this engine takes."""
    import hyperscan as hs

    try:
        found = hs.loadb(path.read_bytes(), hs.HS_MODE_BLOCK)
        found.scratch = hs.Scratch(found)
    except (OSError, hs.HyperscanError):
        return None
    with suppress(OSError):
        os.utime(path)  # of what is used least one day nothing is left; see _keep
    return found


def _keep(made: Any, path: Path) -> None:
    """Write a database; a folder that cannot be written costs time and nothing else."""
    import hyperscan as hs

    with suppress(OSError):
        with disk.whole(path) as file:
            file.write(hs.dumpb(made))
        # Each new list of people has a database of its own. Whoever misses one that was removed compiles it again.
        for old in sorted(path.parent.glob("*.hsdb"), key=lambda one: one.stat().st_mtime_ns)[:-KEPT]:
            old.unlink()
