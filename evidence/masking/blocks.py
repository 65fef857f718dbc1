"""Rows of text laid side by side in one buffer, each with a line feed before and after it.

The line feeds make a value at the edge of a row visible to expressions with ``\\b``; clipping to ``starts`` and
``ends`` keeps a value from being read across two rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evidence.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

BLOCK_BYTES = 4 << 20
"""What the joining of rows leaves in the cache of a processor, and what an allocator hands out again without asking."""
ROW_BYTES = (1 << 31) - 16


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows: the buffer, and where each row starts and ends in it. ``first`` is the number of the first row."""

    view: memoryview
    starts: np.ndarray[Any, Any]
    ends: np.ndarray[Any, Any]
    first: int

    def row(self, number: int) -> bytes:
        """Return the bytes of one row."""
        return bytes(self.view[int(self.starts[number]):int(self.ends[number])])


def of_rows(rows: list[bytes]) -> Block:
    """Return one block of rows given one by one (for few rows made in memory)."""
    import numpy as np

    lengths = np.fromiter((len(row) for row in rows), dtype=np.int64, count=len(rows))
    starts = 1 + np.cumsum(lengths + 1) - (lengths + 1)
    return Block(memoryview(b"\n" + b"".join(row + b"\n" for row in rows)), starts, starts + lengths, 0)


def of_array(texts: pa.Array) -> Iterator[Block]:
    """Yield the rows of an Arrow array of text or bytes as blocks of about 4 MB; NULL is an empty row.

    Arrow joins rows and line feeds three times as fast as slices copied one by one.

    Raises:
        UsageError: the array holds something else, or a row of 2 GiB or more.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(texts, pa.ChunkedArray):
        texts = pa.concat_arrays(texts.chunks) if texts.num_chunks else pa.array([], pa.large_binary())
    if pa.types.is_null(texts.type):
        texts = texts.cast(pa.large_binary())
    if not any(check(texts.type) for check in (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary,
                                               pa.types.is_large_binary, pa.types.is_string_view)):
        raise UsageError(f"expected an Arrow array of text, found {texts.type}")
    texts = texts.cast(pa.large_binary())
    if not len(texts):
        return
    lengths = np.asarray(pc.fill_null(pc.binary_length(texts), 0).to_numpy(zero_copy_only=False))
    if int(lengths.max()) >= ROW_BYTES:
        raise UsageError("a single text of 2 GiB or more cannot be scanned")
    totals = np.cumsum(lengths + 2)
    nothing, line_feed = (pa.scalar(value, pa.large_binary()) for value in (b"", b"\n"))
    first = 0
    while first < len(lengths):
        done = int(totals[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(totals, done + BLOCK_BYTES, side="right")))
        joined = pc.binary_join_element_wise(nothing, texts.slice(first, last - first), nothing, line_feed,
                                             null_handling="replace", null_replacement=b"")
        stops = totals[first:last] - done
        starts = stops - lengths[first:last] - 1
        yield Block(memoryview(joined.buffers()[2]).cast("B"), starts, starts + lengths[first:last], first)
        first = last
