"""Which files of the company folder belong to which source."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from evidence.errors import SourceError
from evidence.ingest.readers.foreign import litter
from evidence.model import Company, Source
from evidence.store import disk

OWN = (".evidence", "packages")
_MAGIC: Final = frozenset("*?[")


def files(root: Path, company: Company) -> Iterator[tuple[Source, str, SourceError | None]]:
    """Yield source and path of each file named in evidence.yaml, in the order of source and path.

    A folder stands for every file below it; names that begin with a dot, and what systems write into folders for
    themselves, are left alone. What cannot be taken comes with the error that says so: a path that leads out of the
    company folder, a folder that cannot be listed or is only a link, a name that is no text (its path shows the bytes
    as ``\\xe9``).
    """
    for source in sorted(company.sources, key=lambda s: s.id):
        found: set[Path] = set()
        closed: dict[Path, SourceError] = {}
        for pattern in source.paths:
            matched = set(root.glob(pattern))
            closed.update(_below(root, pattern, matched))
            for path in matched:
                if path.is_dir():
                    found |= set(path.rglob("*"))
                    closed.update(_closed(path, matched))
                else:
                    found.add(path)
        for path in sorted(found | set(closed)):
            relative = path.relative_to(root)
            parts = relative.parts
            if parts[0] in OWN or litter(parts) or any(part.startswith(".") for part in parts):
                continue
            error = closed.get(path)
            if error is None and path.is_dir():
                continue
            name = relative.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            yield source, name, error or _wrong(root, path)


def _wrong(root: Path, path: Path) -> SourceError | None:
    """Return why a file cannot be taken, or None."""
    if any("\udc80" <= char <= "\udcff" for char in path.name):
        return SourceError("the file's name is no UTF-8", advice="rename it")
    try:
        disk.inside(root, path)
    except SourceError as error:
        return error
    return None


def _below(root: Path, pattern: str, matched: Collection[Path]) -> Iterator[tuple[Path, SourceError]]:
    """Yield what is closed in the folders through which a pattern leads."""
    parts = Path(pattern).parts
    fixed = next((n for n, part in enumerate(parts) if _MAGIC & set(part)), len(parts))
    deep = None if "**" in parts[fixed:] else len(parts) - fixed - 1
    if fixed < len(parts):
        yield from _closed(root.joinpath(*parts[:fixed]), matched, deep)


def _closed(base: Path, matched: Collection[Path], deep: int | None = None) -> Iterator[tuple[Path, SourceError]]:
    """Yield the folders from one on whose files are not seen, to a depth, each with the reason."""
    denied: list[OSError] = []
    for here, folders, _ in os.walk(base, onerror=denied.append):
        folder = Path(here)
        if deep is not None and len(folder.parts) - len(base.parts) >= deep:
            folders.clear()
        for name in folders:
            if (folder / name).is_symlink() and folder / name not in matched:
                yield folder / name, SourceError("the folder is a link, which is not followed",
                                                 advice="put the folder itself there, or name it in evidence.yaml")
    for error in denied:
        if isinstance(error, PermissionError):
            yield Path(str(error.filename)), SourceError(f"the folder cannot be listed: {error.strerror}",
                                                         advice="let the account that runs this read it")
