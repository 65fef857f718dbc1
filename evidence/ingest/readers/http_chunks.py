"""Bodies that are sent in chunks, each with its size before it."""

from __future__ import annotations

import re
from typing import Final

Bytes = bytes | bytearray

_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,8})(?:;[^\r\n]{0,256})?\r?\n")
_TRAILER: Final = re.compile(rb"[A-Za-z0-9-]{1,64}:[^\r\n]{0,1024}\r?\n")
_LAST: Final = b"\r\n0\r\n"
_DIGITS: Final = b"0123456789ABCDEFabcdef"


class Chunks:
    """Reads the bodies of one direction, in their order.

    The chunks of a body are mostly written alike and are cut at their line ends all at once. Bytes for which that
    failed are not looked at in this way again, so that the time is linear in the size.
    """

    def __init__(self, data: Bytes) -> None:
        """Begin with the bytes of one direction."""
        self._data = data
        self._last = -1
        self._doubt = 0

    def read(self, position: int) -> tuple[list[bytes], int, bool]:
        """Read chunks up to the one of size 0, whose closing line end may be missing.

        Return what is in them, where they end, and whether the last one is there.
        """
        data, view = self._data, memoryview(self._data)
        pieces, position = self._regular(position)
        while (match := _SIZE.match(data, position)) is not None:
            size, position = int(match[1], 16), match.end()
            if size == 0:
                for _ in range(32):
                    if (trailer := _TRAILER.match(data, position)) is None:
                        break
                    position = trailer.end()
                return pieces, position + (2 if data.startswith(b"\r\n", position) else 0), True
            pieces.append(bytes(view[position:position + size]))
            if position + size > len(data):
                return pieces, len(data), False
            position += size
            position += 2 if data.startswith(b"\r\n", position) else 0
        return pieces, position, False

    def _regular(self, position: int) -> tuple[list[bytes], int]:
        """Return all chunks before the last one and where that begins, or nothing where one is not as it should be."""
        if position < self._doubt or self._data.startswith(_LAST[2:], position):
            return [], position
        if self._last < position:
            self._last = self._data.find(_LAST, position)
            if self._last < 0:
                self._doubt = len(self._data) + 1
                return [], position
        parts = bytes(self._data[position:self._last]).split(b"\r\n")
        sizes, pieces = parts[::2], parts[1::2]
        if _are_sizes(sizes) and [int(size, 16) for size in sizes] == list(map(len, pieces)) and all(pieces):
            return pieces, self._last + 2
        self._doubt = self._last
        return [], position


def _are_sizes(texts: list[bytes]) -> bool:
    """Say whether each text is a number in hexadecimal digits as a chunk begins with."""
    return not b"".join(texts).translate(None, _DIGITS) and all(texts) and max(map(len, texts)) <= 8
