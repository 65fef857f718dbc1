"""Bodies in the binary framing ``application/vnd.amazon.eventstream``: frames of headers and a payload.

A frame is its length and that of its headers, a checksum of the two, the headers, the payload and a checksum of all.
Nothing is believed: a length that does not fit what is there, or a checksum that is wrong, ends the reading, and the
body is said not to be whole. Time and memory are linear in the size of the body.
"""

from __future__ import annotations

from struct import Struct
from typing import Any, Final
from zlib import crc32

from evidence.ingest.readers import http_body

CONTENT_TYPE: Final = "application/vnd.amazon.eventstream"
_PRELUDE: Final = Struct(">III")
_TRAILER: Final = Struct(">I")
_LEAST: Final = _PRELUDE.size + _TRAILER.size
_MOST: Final = 24 << 20
"""The longest frame that the framing allows, in bytes."""


def events(body: bytes) -> tuple[list[Any], bool]:
    """Return the JSON values of the frames' payloads, and whether every frame was sound up to the last byte."""
    values: list[Any] = []
    view, position = memoryview(body), 0
    while position < len(view):
        payload, position = _frame(view, position)
        if payload is None:
            return values, False
        if payload and (value := http_body.load(bytes(payload))) is not None:
            values.append(value)
    return values, True


def _frame(view: memoryview, start: int) -> tuple[memoryview | None, int]:
    """Return the payload of the frame at a position, None where there is no sound one, and where the next begins."""
    if len(view) - start < _LEAST:
        return None, start
    total, headers, checksum = _PRELUDE.unpack_from(view, start)
    end = start + total
    if not _LEAST <= total <= _MOST or headers > total - _LEAST or end > len(view):
        return None, start
    if crc32(view[start:start + 8]) != checksum or crc32(view[start:end - 4]) != _TRAILER.unpack_from(view, end - 4)[0]:
        return None, start
    return view[start + _PRELUDE.size + headers:end - 4], end
