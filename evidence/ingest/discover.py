"""Which files of the company folder belong to which source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evidence.errors import SourceError
from evidence.model import Company, Source
from evidence.store import disk

OWN = (".evidence", "packages")


def files(root: Path, company: Company) -> Iterator[tuple[Source, str, SourceError | None]]:
    """Yield source and path of each file named in evidence.yaml, in the order of source and path.

    A folder stands for every file below it; names that begin with a dot are left alone. A path that leads out of the
    company folder comes with the error that says so.
    """
    for source in sorted(company.sources, key=lambda s: s.id):
        found: set[Path] = set()
        for pattern in source.paths:
            for path in root.glob(pattern):
                found |= set(path.rglob("*")) if path.is_dir() else {path}
        for path in sorted(found):
            relative = path.relative_to(root)
            if relative.parts[0] in OWN or any(part.startswith(".") for part in relative.parts):
                continue
            try:
                disk.inside(root, path)
            except SourceError as error:
                if not path.is_dir():
                    yield source, relative.as_posix(), error
            else:
                yield source, relative.as_posix(), None
