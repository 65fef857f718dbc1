"""Texts too long to be looked at as a whole: put aside in a file, and read again in pieces.

A page of records may have any length; a record may not. Which of the two a long text is, shows when its end is known.
"""

from __future__ import annotations

import tempfile
import weakref
from typing import IO, Final

import orjson

from evidence.ingest.readers.base import LARGE, Judge
from evidence.ingest.readers.pages import Place
from evidence.ingest.readers.structure import WINDOW, Over, members, span_of

_SPACE: Final = b" \t\r\n\x1e"


class Long:
    """A text that lies in a file which nobody else finds, for as long as it may still be of use.

    ``limit`` is the longest record, in bytes: what is longer and no page is only counted.
    """

    def __init__(self, limit: int, *, page: bool) -> None:
        """Begin empty; ``page`` says whether it may be a page, which is kept whatever its length."""
        self.limit, self._page = limit, page
        self._file: IO[bytes] | None = None
        self.size = self._kept = 0

    def write(self, data: bytes | bytearray) -> None:
        """Put what comes next behind it."""
        self.size += len(data)
        if self._page or self.size <= self.limit:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it ends with the text
                weakref.finalize(self, self._file.close)
            self._file.write(data)
            self._kept += len(data)

    def view(self) -> View:
        """Return what was kept of it, which is nothing or all of what may be a page."""
        return View(self, 0, self._kept)

    def take(self, pieces: list[bytes]) -> None:
        """Put pieces behind it, and take them from their list."""
        for piece in pieces:
            self.write(piece)
        pieces.clear()

    def read(self, start: int, stop: int) -> bytes:
        """Return a piece of it."""
        if self._file is None:
            return b""
        self._file.seek(start)
        return self._file.read(stop - start)


class View:
    """A piece of a long text without the space around it. It gives slices like bytes, none longer than a record."""

    def __init__(self, whole: Long, start: int, stop: int) -> None:
        """Say where in the text it begins and ends."""
        self._whole = whole
        while start < stop and not (piece := whole.read(start, min(start + WINDOW, stop))).lstrip(_SPACE):
            start += len(piece)
        self.start = start + len(piece) - len(piece.lstrip(_SPACE)) if start < stop else stop
        while start < stop and not (piece := whole.read(max(start, stop - WINDOW), stop)).rstrip(_SPACE):
            stop -= len(piece)
        self.stop = stop - len(piece) + len(piece.rstrip(_SPACE)) if start < stop else self.start

    def __len__(self) -> int:
        """Return its bytes."""
        return self.stop - self.start

    def __getitem__(self, place: slice, /) -> bytes:
        """Return a slice."""
        first, last, _ = place.indices(len(self))
        if last - first > max(self._whole.limit, WINDOW):
            return Over.of(last - first)
        return self._whole.read(self.start + first, self.start + last)

    def part(self, start: int, stop: int) -> View:
        """Return a piece of it."""
        return View(self._whole, self.start + start, self.start + stop)


def page(view: View, places: tuple[Place, ...]) -> Place | tuple[str, str | None] | None:
    """Return where a page holds its records, if it is one; or why it is not sound; None where it is no page.

    It is sound if it is so without its records, and each of these is.
    """
    for place in places:
        *outer, name = place.levels[0]
        inner = view
        for step in outer:
            inner = inner.part(*span_of(inner, step))
        records = inner.part(*span_of(inner, name))
        if records[0:1] != b"[" or len(view) - len(records) > LARGE:
            continue
        first, last = records.start - view.start, records.stop - view.start
        found = Judge.look(view[0:first] + b"[]" + view[last:len(view)])
        if isinstance(found, tuple):
            return found
        if place.there(found):
            return _unsound(inner, name) or place
    return None


def _unsound(text: View, name: str) -> tuple[str, str | None] | None:
    """Return why one of the records of a page is no JSON, so that the page is none; None where all are."""
    for number, (element, _) in enumerate(members(text, name), 1):
        if not isinstance(element, Over):
            try:
                orjson.loads(element)
            except orjson.JSONDecodeError as error:
                return Judge.why(element, error)[0], f"element {number} of its page"
    return None
