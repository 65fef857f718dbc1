"""Rows of text laid side by side in one buffer, with a line feed before, between and after them.

The separator is what makes a value at the edge of a row visible to expressions with ``\\b``; clipping to ``starts`` and
``ends`` is what keeps a value from being read across two rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from evidence.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

BLOCK_BYTES = 16 << 20
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


class Room:
    """The memory that blocks are laid out in, kept from one array to the next: fresh pages cost as much as copying."""

    def __init__(self) -> None:
        """Begin with none."""
        import numpy as np

        self._bytes = np.empty(0, dtype=np.uint8)

    def take(self, size: int) -> np.ndarray[Any, Any]:
        """Return so many bytes, with whatever was in them; what is more than a block is not kept."""
        import numpy as np

        if len(self._bytes) >= size:
            return self._bytes[:size]
        fresh = np.empty(size, dtype=np.uint8)
        if size <= BLOCK_BYTES * 2:
            self._bytes = fresh
        return fresh


def of_array(texts: pa.Array, room: Room) -> Iterator[Block]:
    """Yield the rows of an Arrow array of text or bytes as blocks of about 16 MB; NULL is an empty row.

    A block is good until the next one is asked for: they share the room.

    Raises:
        UsageError: the array holds something else, or a row of 2 GiB or more.
    """
    import numpy as np
    import pyarrow as pa

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
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset:texts.offset + len(texts) + 1]
    lengths = np.diff(offsets)
    if texts.null_count:
        lengths = np.where(np.asarray(texts.is_valid().to_numpy(zero_copy_only=False)), lengths, 0)
    if int(lengths.max()) >= ROW_BYTES:
        raise UsageError("a single text of 2 GiB or more cannot be scanned")
    data = texts.buffers()[2]
    source = memoryview(data).cast("B") if data is not None and data.size else memoryview(b"")
    totals = np.cumsum(lengths + 1)
    first = 0
    while first < len(lengths):
        done = int(totals[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(totals, done + BLOCK_BYTES, side="right")))
        size = int(totals[last - 1]) - done + 1
        yield _copy(source, offsets[first:last], lengths[first:last], first, room.take(size))
        first = last


def _copy(source: memoryview, offsets: np.ndarray[Any, Any], lengths: np.ndarray[Any, Any], first: int,
          buffer: np.ndarray[Any, Any]) -> Block:
    """Lay some rows side by side; the copy runs at memory speed, the separators are the only new bytes."""
    import numpy as np

    stops = 1 + np.cumsum(lengths + 1)
    starts = stops - lengths - 1
    buffer[0] = buffer[stops - 1] = 10
    target = memoryview(cast("bytearray", buffer))
    for at, offset, length in zip(starts.tolist(), offsets.tolist(), lengths.tolist(), strict=False):
        target[at:at + length] = source[offset:offset + length]
    return Block(target, starts, starts + lengths, first)
