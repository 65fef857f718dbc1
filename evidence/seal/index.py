"""``evidence/chains.index``: where an interaction stands among the chains, and the tree by blocks of 256.

With it one proof is made without reading the whole package. It is a hint: whoever uses it checks what it leads to, and
reads everything where it leads nowhere. Its form is in FORMAT 7.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from evidence import constants as c

_HEAD = struct.Struct(">16sQ")
_NODE = 32


class IndexWriter:
    """Notes each interaction, eight bytes of memory for one, and writes the index."""

    def __init__(self) -> None:
        """Start empty."""
        self._places = array("Q")

    def add(self, interaction_id: str) -> None:
        """Note the next interaction."""
        self._places.append(zlib.crc32(interaction_id.encode()) << 32 | len(self._places))

    def write(self, out: Path, blocks: bytes) -> None:
        """Write the index; ``blocks`` are the hashes of the nodes over 256 leaves each (and those left), in order."""
        table = array("Q", sorted(self._places))
        if sys.byteorder == "little":
            table.byteswap()
        out.write_bytes(_HEAD.pack(c.INDEX_MAGIC, len(table)) + blocks + table.tobytes())


class Index:
    """An index as it is read. Nothing that it says is trusted."""

    def __init__(self, data: bytes) -> None:
        """Take the bytes.

        Raises:
            ValueError: they are no index.
        """
        magic, self.size = _HEAD.unpack_from(data.ljust(_HEAD.size, b"\0"))
        count = -(-self.size // c.INDEX_BLOCK)
        if magic != c.INDEX_MAGIC or len(data) != _HEAD.size + _NODE * count + 8 * self.size:
            raise ValueError("not an index of chains")
        self.blocks = [data[at:at + _NODE] for at in range(_HEAD.size, _HEAD.size + _NODE * count, _NODE)]
        self._table = memoryview(data)[_HEAD.size + _NODE * count:]

    def places(self, interaction_id: str) -> Iterator[int]:
        """Yield the positions at which an interaction may stand: one, rarely more."""
        crc = zlib.crc32(interaction_id.encode())
        at = bisect_left(range(self.size), crc, key=lambda n: self._entry(n)[0])
        while at < self.size and self._entry(at)[0] == crc:
            yield self._entry(at)[1]
            at += 1

    def place(self, interaction_id: str) -> int | None:
        """Return a position at which an interaction may stand, or None."""
        return next(self.places(interaction_id), None)

    def _entry(self, number: int) -> tuple[int, int]:
        """Return (CRC-32 of the id, position) of an entry of the table."""
        crc, position = struct.unpack_from(">II", self._table, 8 * number)
        return crc, position
