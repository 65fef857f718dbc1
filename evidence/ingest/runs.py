"""Rows that do not fit into memory: sorted runs on the disk, and the merge that reads them back in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from evidence.ingest.narrow import Narrow, common

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH: Final = 2048
"""Rows that are read of a run at once, at least."""
_WINDOW: Final = 8 << 20
"""Bytes of all runs together that are held while they are merged, unless there are more runs than this has batches."""

Key = tuple[tuple[bool, Any], ...]


def ordered(table: pa.Table, keys: Sequence[str]) -> pa.Table:
    """Return rows in the order of some columns, what is missing last, rows alike as they came."""
    import numpy as np
    import pyarrow.compute as pc

    if not keys:
        return table
    # Of keys in many pieces a comparison costs twice as much.
    narrow = table.select(keys).combine_chunks()
    order = pc.sort_indices(narrow, sort_keys=[(key, "ascending") for key in keys])
    # What is written in the order of time is mostly in order already, and a copy would be for nothing.
    return table if np.array_equal(order, np.arange(len(order))) else table.take(order)


class Runs:
    """The sorted runs of one table. What comes back is what ``ordered`` would give of all rows at once."""

    def __init__(self, place: Path, keys: Sequence[str]) -> None:
        """Keep the runs in files that begin with ``place``."""
        self._place, self._keys = place, keys
        self._files: list[tuple[Path, Mapping[str, pa.Scalar]]] = []
        self._rows = self._bytes = 0

    def add(self, rows: Narrow) -> None:
        """Write rows as the next run."""
        import pyarrow as pa

        table = ordered(rows.table, rows.varying(self._keys))
        path = self._place.with_name(f"{self._place.name}-{len(self._files)}.arrow")
        with pa.ipc.new_file(path, table.schema) as file:
            file.write_table(table.combine_chunks(), max_chunksize=_BATCH)
        self._files.append((path, rows.alike))
        self._rows += table.num_rows
        self._bytes += table.nbytes

    def merged(self) -> Iterator[Narrow]:
        """Yield all rows in order, in pieces that have the same columns."""
        import pyarrow as pa

        each = max(_BATCH, _WINDOW * self._rows // max(1, self._bytes) // max(1, len(self._files)))
        alike = common([one for _, one in self._files])
        keys = [key for key in self._keys if key not in alike]
        runs = [_Run(path, each // _BATCH, keys, {name: value for name, value in own.items() if name not in alike})
                for path, own in self._files]
        while runs := [run for run in runs if run.fill()]:
            # Whatever is not beyond the first end of what is held cannot be preceded by anything still to be read.
            bounds = [(run.last, number) for number, run in enumerate(runs) if run.more]
            last, first = min(bounds, default=(None, 0))
            pieces = [run.upto(last, equal=number <= first) for number, run in enumerate(runs)]
            filled = [piece for piece in pieces if piece.num_rows]
            table = filled[0] if len(filled) == 1 else ordered(pa.concat_tables(filled), keys)
            yield Narrow(table, alike)


class _Run:
    """One run being read: some rows of it, and whether there are more."""

    def __init__(self, path: Path, ahead: int, keys: Sequence[str], alike: Mapping[str, pa.Scalar]) -> None:
        import pyarrow as pa

        self._file = pa.ipc.open_file(pa.OSFile(str(path)))
        self._next, self._ahead, self._keys, self._alike = 0, ahead, keys, alike
        self._held = self._file.schema.empty_table()
        self._at = 0

    @property
    def more(self) -> bool:
        """Whether rows are left that have not been read."""
        return bool(self._next < self._file.num_record_batches)

    @property
    def last(self) -> Key:
        """The key of the last row that is held."""
        return self._key(self._held.num_rows - 1)

    def fill(self) -> bool:
        """Read on where nothing is held; say whether anything is."""
        import pyarrow as pa

        if self._at == self._held.num_rows and self.more:
            end = min(self._next + self._ahead, self._file.num_record_batches)
            batches = [self._file.get_batch(number) for number in range(self._next, end)]
            rows = Narrow(pa.Table.from_batches(batches).combine_chunks(), self._alike)
            self._held, self._at, self._next = rows.with_columns(self._alike), 0, end
        return bool(self._at < self._held.num_rows)

    def upto(self, last: Key | None, *, equal: bool) -> pa.Table:
        """Take the rows held whose key is below a key, or equal to it where that is wanted; without a key, all."""
        low, high = self._at, self._held.num_rows
        while last is not None and low < high:
            middle = (low + high) // 2
            key = self._key(middle)
            if key < last or (equal and key == last):
                low = middle + 1
            else:
                high = middle
        end = low if last is not None else high
        taken = self._held.slice(self._at, end - self._at)
        self._at = end
        return taken

    def _key(self, row: int) -> Key:
        """Return what orders a row; Python orders texts by their characters as the engine does by their bytes."""
        import pyarrow as pa

        values = []
        for name in self._keys:
            value = self._held[name][row]
            value = value.cast(pa.int64()) if pa.types.is_timestamp(value.type) else value
            values.append((not value.is_valid, value.as_py()))
        return tuple(values)
