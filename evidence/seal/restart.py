"""Reads lines from the middle of a compressed file of a package.

Its deflate stream is flushed at ends of lines (FORMAT 2), so it can be entered there; an entry is found by the four
bytes that a flush leaves, and by a line that makes sense behind them. One without entries is read from its beginning.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

_FLUSHED = b"\x00\x00\xff\xff"
_WINDOW = 1 << 17
_ID = re.compile(rb'"interaction_id":"([^"\\]{1,200})"')


def id_of(line: bytes) -> str | None:
    """Return the interaction that a line is about, or None."""
    found = _ID.search(line)
    return found[1].decode("ascii", "replace") if found and line.startswith(b"{") else None


class Restartable:
    """One compressed file of an open package."""

    def __init__(self, file: BinaryIO, entry: zipfile.ZipInfo) -> None:
        """Find its bytes.

        Args:
            file: the package.
            entry: of its directory.
        """
        file.seek(entry.header_offset + 26)
        lengths = file.read(4)
        self._start = entry.header_offset + 30 + int.from_bytes(lengths[:2], "little") + int.from_bytes(
            lengths[2:], "little")
        self._file, self._packed = file, entry.compress_size

    def lines(self, at: int = 0) -> Iterator[bytes]:
        """Yield the lines, without LF, from an entry on.

        Raises:
            zlib.error: the stream is damaged, or cannot be entered here.
        """
        stream, tail = zlib.decompressobj(-15), b""
        while at < self._packed:
            self._file.seek(self._start + at)
            data = self._file.read(min(_WINDOW, self._packed - at))
            at += len(data)
            if not data:
                return
            *lines, tail = (tail + stream.decompress(data)).split(b"\n")
            yield from lines

    def before(self, wanted: int, place: Callable[[str], int | None]) -> int:
        """Return the last entry whose first line does not stand after a position; ``place`` knows where lines stand."""
        low, high, best = 0, self._packed, 0
        while high - low > _WINDOW:
            middle = (low + high) // 2
            found = self._entry(middle, high, place)
            if found is None or found[1] > wanted:
                high = middle
            else:
                low = best = found[0]
        return best

    def _entry(self, at: int, end: int, place: Callable[[str], int | None]) -> tuple[int, int] | None:
        """Return (offset, position of the line) of the first entry between two offsets."""
        while at < end:
            self._file.seek(self._start + at)
            data = self._file.read(min(_WINDOW + len(_FLUSHED), self._packed - at))
            for found in re.finditer(_FLUSHED, data):
                try:
                    line = next(self.lines(at + found.end()), b"")
                except zlib.error:
                    continue
                ident = id_of(line)
                position = place(ident) if ident is not None else None
                if position is not None:
                    return at + found.end(), position
            at += _WINDOW
        return None
