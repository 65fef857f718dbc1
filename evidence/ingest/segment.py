"""Writes the tables of a segment: rows in the order of time, in bounded memory, the same rows the same bytes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from evidence import relations
from evidence.ingest.narrow import Narrow, joined, narrow
from evidence.ingest.runs import Runs, ordered
from evidence.relations import schema

if TYPE_CHECKING:
    import pyarrow as pa

SPILL: Final = 12 << 20
_GROUP: Final = 16_000
"""Rows of a row group. The encoder holds a group at a time: of wide rows, three times as many need 70 MB more."""
_MANY: Final = 1 << 16
"""Rows that are held at most, however narrow: a column alike in all of a batch is one once more beside others."""
_FEW: Final = 500
_UNIQUE: Final = ("locator", "native_id", "record_hash", "_sha256")
"""Ends of the names of columns that differ from row to row."""


class Writer:
    """Collects the rows of one segment and writes a sorted Parquet file for each relation that has any.

    Most columns of a relation have one value in all rows of a file, mostly none; they are held as that value and become
    columns again when they are written.
    """

    def __init__(self, place: Path) -> None:
        """Write into this folder."""
        self._place = place
        self._held: dict[str, list[Narrow]] = {}
        self._spilled: dict[str, Runs] = {}
        self._size = self._rows = 0
        self.rows: dict[str, int] = {}

    def add(self, name: str, table: pa.Table) -> None:
        """Take rows of a relation, which may leave out columns that have no value.

        Columns that are not in its schema are an error, not baggage, and so is one left out that must have a value.
        """
        if not table.num_rows:
            return
        held = narrow(table, schema(name), _required(name))
        self._held.setdefault(name, []).append(held)
        self.rows[name] = self.rows.get(name, 0) + table.num_rows
        self._size += held.table.nbytes
        self._rows += table.num_rows
        if self._size > SPILL or self._rows > _MANY:
            self._spill()

    def _spill(self) -> None:
        import pyarrow as pa

        (self._place / "spill").mkdir(exist_ok=True)
        for name in sorted(self._held):
            runs = self._spilled.setdefault(name, Runs(self._place / "spill" / name, _keys(name)))
            runs.add(joined(self._held.pop(name)))
        self._size = self._rows = 0
        pa.default_memory_pool().release_unused()

    def close(self) -> dict[str, dict[str, Any]]:
        """Write everything and return, for each relation, its rows, its size and its first and last time."""
        if self._spilled:
            self._spill()
        facts = {name: self._write(name) for name in sorted(self.rows)}
        shutil.rmtree(self._place / "spill", ignore_errors=True)
        return facts

    def _write(self, name: str) -> dict[str, Any]:
        """Write one table; the bytes do not depend on whether its rows had to go by way of the disk."""
        import pyarrow.parquet as pq

        path = self._place / f"{name}.parquet"
        bounds: list[datetime] = []
        # In a table of a few rows, dictionaries and compressed pages cost more than they save, at every reading.
        small = self.rows[name] < _FEW
        with pq.ParquetWriter(path, schema(name), compression="none" if small else "zstd",
                              use_dictionary=False if small else _repeating(name)) as file:
            for group in _groups(self._sorted(name), _GROUP):
                table = group.whole(schema(name))
                file.write_table(table, row_group_size=_GROUP)
                bounds += _bounds(table, relations.relation(name).time)
        return {"rows": self.rows[name], "bytes": path.stat().st_size, "first": _iso(min(bounds, default=None)),
                "last": _iso(max(bounds, default=None))}

    def _sorted(self, name: str) -> Iterator[Narrow]:
        """Yield the rows of a relation in their order, from memory or, sorted on the disk, in pieces."""
        if name in self._spilled:
            yield from self._spilled[name].merged()
        else:
            held = joined(self._held.pop(name))
            yield Narrow(ordered(held.table, held.varying(_keys(name))), held.alike)


@cache
def _required(name: str) -> frozenset[str]:
    return frozenset(column.name for column in relations.relation(name).columns if column.required)


@cache
def _repeating(name: str) -> list[str]:
    """Return the columns whose values come back in other rows, for which a dictionary pays."""
    return [column for column in schema(name).names if not column.endswith(_UNIQUE)]


def _keys(name: str) -> list[str]:
    """Return the columns by which the rows of a relation are sorted.

    Rows without a native id can be alike in their key; then every column takes part, so that the order is total.
    """
    relation = relations.relation(name)
    every = [column.name for column in relation.columns] if relation.kind == "derived" else []
    return list(dict.fromkeys([*([relation.time] if relation.time else []), "locator", *relation.key, *every]))


def _groups(pieces: Iterator[Narrow], size: int) -> Iterator[Narrow]:
    """Yield the same rows in tables of one size, however they came. What is alike is so in all pieces."""
    import pyarrow as pa

    held: list[pa.Table] = []
    rows = 0
    for table, alike in pieces:
        held.append(table)
        rows += table.num_rows
        while rows >= size:
            together = pa.concat_tables(held)
            yield Narrow(together.slice(0, size).combine_chunks(), alike)
            held, rows = [together.slice(size)], rows - size
    if rows:
        yield Narrow(pa.concat_tables(held).combine_chunks(), alike)


def _bounds(table: pa.Table, time: str) -> list[datetime]:
    import pyarrow.compute as pc

    found = pc.min_max(table[time]).as_py() if time else {}
    return [value for value in found.values() if value is not None]


def _iso(value: datetime | None) -> str | None:
    return value.isoformat(timespec="microseconds") if value is not None else None
