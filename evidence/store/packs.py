"""Packs: the rows of many small segments in one, so that a query opens a few files, however many months there are.

Files are counted in the order in which they were first received, and as soon as so many in a row are there, what was
derived from them is put together: rows, findings of rules and findings of people each by themselves, since a new list
of people changes the last alone. A pack is a segment like others, of which the key says whose rows are in it. A file
that is read again gives other keys, and so another pack; until the next ingest has made it, its segments are read one
by one. Whatever is large stays where it is.
"""
# ruff: noqa: S608 - statements are made of the names of the schema and of quoted paths alone

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from evidence import relations
from evidence.errors import CustodyError, Where
from evidence.store.current import Current
from evidence.store.engine import engine, parquet, quoted
from evidence.store.ledger import Receipt
from evidence.store.segments import Segments
from evidence.store.spill import quiet

if TYPE_CHECKING:
    import duckdb

MANY: Final = 512
"""Files of a pack. Up to so many are read one by one, and each further pack is a file more to open."""
SMALL: Final = 1 << 20
"""Tables of fewer bytes are put together; opening a larger one costs little beside reading it."""
_GROUP: Final = 16_384
"""Rows of a row group: what a query for a day skips or reads."""


def tables(segments: Segments, files: Sequence[Current]) -> dict[str, list[Path]]:
    """Return the Parquet files of each relation: those of packs, and of every segment that is in none.

    Raises:
        CustodyError: a segment that the ledger names is missing or damaged.
    """
    found: dict[str, list[Path]] = {}
    for keys, full in _runs(files):
        pack = segments.manifest(_key(keys)) if full else None
        wanted = {key: _manifest(segments, key)["relations"] for key in (keys if pack is None else pack["apart"])}
        if pack is not None:
            wanted = {pack["key"]: pack["relations"], **pack["apart"]}
        for key, names in wanted.items():
            for name in sorted(names):
                found.setdefault(name, []).append(segments.folder(key) / f"{name}.parquet")
    return found


def put_together(segments: Segments, files: Sequence[Current], spill: Path) -> int:
    """Make the packs that can be made and are not there yet, and return how many.

    The caller holds the lock of the company folder. What the engine cannot hold it writes below ``spill``. Where a
    segment is missing there is nothing to put together; whoever opens the store is told which one.

    Raises:
        CustodyError: a segment is damaged.
    """
    import duckdb

    missing = [keys for keys, full in _runs(files) if full and segments.manifest(_key(keys)) is None]
    parts = [{key: segments.manifest(key) for key in keys} for keys in missing]
    whole = [manifests for manifests in parts if None not in manifests.values()]
    if not whole:
        return 0
    with closing(engine(spill)) as con:
        for manifests in whole:
            key = _key(list(manifests))
            place = segments.begin(key)
            try:
                segments.commit(place, key, _write(con, segments, manifests, place))
            except duckdb.Error as error:
                raise damaged(segments, error) from error
            finally:
                segments.discard(place)
    return len(whole)


def clear(segments: Segments, files: Sequence[Current], receipts: Iterable[Receipt], spill: Path) -> None:
    """Remove what no line of the ledger names and no query opens any more, unless some process has the store open.

    The caller holds the lock of the company folder. Nobody can open the store meanwhile.
    """
    wanted = {key for one in receipts for key in (one.segment, one.findings, one.people)}
    wanted |= {_key(keys) for keys, full in _runs(files) if full}
    with quiet(spill) as nobody:
        for place in segments.root.iterdir() if nobody else ():
            if place.name not in wanted:
                segments.discard(place)


def damaged(segments: Segments, error: Exception) -> CustodyError:
    """Return what to say where the engine cannot read or write a segment that looks whole."""
    words = str(error).partition("\n")[0]
    return CustodyError(f"a segment is damaged: {words}", where=Where(str(segments.root)),
                        advice="remove the folder of the named file and no other; evidence ingest derives it again")


def _runs(files: Sequence[Current]) -> Iterator[tuple[list[str], bool]]:
    """Yield the keys of each run of files and kind of segment, and whether that run is full."""
    last = max((entry.number for entry in files), default=0) // MANY
    for kind in ("segment", "findings", "people"):
        runs: dict[int, set[str]] = {}
        for entry in files:
            if key := getattr(entry.latest, kind):
                runs.setdefault(entry.number // MANY, set()).add(key)
        for number in sorted(runs):
            yield sorted(runs[number]), number < last


def _key(keys: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(("pack", *keys)).encode()).hexdigest()


def _manifest(segments: Segments, key: str) -> dict[str, Any]:
    manifest = segments.manifest(key)
    if manifest is None:
        raise CustodyError("a segment is missing or damaged", where=Where(str(segments.folder(key))),
                           advice="evidence ingest derives it again from the vault, or books what cannot be")
    return manifest


def _write(con: duckdb.DuckDBPyConnection, segments: Segments, manifests: Mapping[str, Any], place: Path
           ) -> dict[str, Any]:
    """Write a table of each relation, in the order of time, and return what the manifest says of them.

    ``apart`` are the tables that are large, by their segments.
    """
    small: dict[str, list[Path]] = {}
    apart: dict[str, list[str]] = {}
    for key, manifest in manifests.items():
        for name, table in manifest["relations"].items():
            if table["bytes"] < SMALL:
                small.setdefault(name, []).append(segments.folder(key) / f"{name}.parquet")
            else:
                apart.setdefault(key, []).append(name)
    facts = {}
    for name, paths in small.items():
        relation, path = relations.relation(name), place / f"{name}.parquet"
        columns = ", ".join(f'"{column.name}"' for column in relation.columns)
        order = ", ".join(filter(None, (relation.time, "locator")))
        rows = con.execute(f"COPY (SELECT {columns} FROM {parquet(paths)} ORDER BY {order}) TO {quoted(path)}"
                           f" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_GROUP})").fetchone()
        facts[name] = {"rows": rows[0] if rows else 0, "bytes": path.stat().st_size}
    return {"relations": facts, "apart": apart}
