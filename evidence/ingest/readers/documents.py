"""Documents one after the other in a stream: each object, and each element of each array, as a unit of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from evidence.ingest.readers.base import LARGE
from evidence.ingest.readers.long_texts import Long
from evidence.ingest.readers.streams import Readable
from evidence.ingest.readers.structure import CLOSE, COMMA, OPEN, WINDOW, Scanner

SPACE: Final = b" \t\r\n\x1e"
_FIRST: Final = 4 << 10


@dataclass(frozen=True, slots=True)
class Unit:
    """A line, document or element: its text, or what is wrong with it before anything is judged.

    ``cut``: a document that has no end. ``last``: a last line without a line end. ``long``: the text, where it is long.
    """

    text: bytes = b""
    wrong: str | None = None
    size: int = 0
    cut: bool = False
    last: bool = False
    long: Long | None = None


def documents(source: Readable, limit: int, *, page: bool = False) -> Iterator[Unit]:
    """Yield the units of a stream, holding no more of it than the unit it is in, and of a long one only the end.

    ``limit`` is the longest record, ``page`` says whether a unit may be a page of them, of any length.
    """
    walk = _Walk(source, limit, page=page)
    while walk.to_next():
        yield from walk.documents() if walk.first in OPEN else walk.garbage()


class _Walk:
    """A place in a stream: everything before ``_start`` is done with."""

    def __init__(self, source: Readable, limit: int, *, page: bool) -> None:
        self._source, self._limit, self._page = source, limit, page
        self._long: Long | None = None
        self._buffer = bytearray()
        self._start = self._scanned = 0
        self._array = False
        self._before = 0

    @property
    def first(self) -> int:
        return self._buffer[self._start]

    def to_next(self) -> bool:
        """Go to the next byte that is not white space; return whether there is one."""
        while True:
            while self._start < len(self._buffer) and self._buffer[self._start] in SPACE:
                self._start += 1
            if self._start < len(self._buffer):
                return True
            if not self._more():
                return False

    def garbage(self) -> Iterator[Unit]:
        """Yield the rest of a line that begins no document."""
        size = 0
        while (end := self._buffer.find(b"\n", self._start)) < 0:
            size += len(self._buffer) - self._start
            self._start = len(self._buffer)
            if not self._more():
                break
        else:
            size += end - self._start
            self._start = end + 1
        yield Unit(wrong="not_json", size=size)

    def documents(self) -> Iterator[Unit]:
        """Yield what stands in this document and in those that follow it without anything between them."""
        scanner, window, inside = Scanner(1), _FIRST, False
        self._scanned = self._start
        while True:
            block = bytes(self._buffer[self._scanned:self._scanned + window])
            if not block:
                if inside and len(self._buffer) - self._start > min(self._limit, LARGE):
                    self._long = self._long or Long(self._limit, page=self._page)
                    self._long.write(self._buffer[self._start:])
                    self._start = len(self._buffer)
                if not self._more():
                    yield from self._end(inside=inside)
                    return
                continue
            offset = self._scanned
            self._scanned += len(block)
            window = min(2 * window, WINDOW)
            for at, char, level in zip(*scanner.feed(block), strict=True):
                if not inside and (level < 1 or self._buffer[self._start:at + offset].strip(SPACE)):
                    return  # something between documents: begin anew there
                inside = char not in CLOSE
                yield from self._mark(at + offset, char)
            if not inside and self._buffer[self._start:self._scanned].strip(SPACE):
                return

    def _mark(self, here: int, char: int) -> Iterator[Unit]:
        if char in OPEN:
            self._array = char == OPEN[0]
            self._before = char
            self._start = here + self._array
        elif self._array and (char == COMMA or char in CLOSE):
            text = bytes(self._buffer[self._start:here]).strip(SPACE)
            if text or self._long:
                yield self._unit(text)
            elif COMMA in (char, self._before):
                yield Unit(wrong="malformed_json")
            self._before = char
            self._start = here + 1
            if char == CLOSE[1]:
                yield Unit(wrong="malformed_json", size=1)
        elif char in CLOSE:
            yield self._unit(bytes(self._buffer[self._start:here + 1]))
            self._start = here + 1

    def _unit(self, text: bytes, *, cut: bool = False) -> Unit:
        if not self._long and len(text) <= self._limit:
            return Unit(text, cut=cut)
        long, self._long = self._long or Long(self._limit, page=self._page), None
        long.write(text)
        return Unit(long=long, cut=cut)

    def _end(self, *, inside: bool) -> Iterator[Unit]:
        if inside:
            yield self._unit(bytes(self._buffer[self._start:]), cut=True)
        self._start = len(self._buffer)

    def _more(self) -> bool:
        block = self._source.read()
        del self._buffer[:self._start]
        self._scanned -= self._start
        self._start = 0
        self._buffer += block
        return bool(block)
