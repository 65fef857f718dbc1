"""Many rows of CSV at once, where each line is a row beyond doubt.

What gives cause for doubt is left to the reader of single rows.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Final

import orjson

_PLAIN: Final = bytes(code for code in range(256) if code >= 0x20 and code not in b'"\\')
"""Bytes that JSON writes as they are."""
_LONG: Final = 1 << 20
"""A line beyond this is not worth the copies that are made of lines here."""


class Shape:
    """What the rows of one file have in common: their columns, and the one character in ASCII between them."""

    def __init__(self, columns: Sequence[str], mark: bytes) -> None:
        """Say which columns a row has, two at least, and what stands between them."""
        names = [orjson.dumps(name).replace(b"%", b"%%") for name in columns]
        self._columns, self._mark = list(columns), mark
        self._plain = _PLAIN + mark
        self._row = b"{" + b",".join(name + b':"%b"' for name in names) + b"}\n"

    def rows(self, lines: Sequence[bytes], limit: int) -> list[bytes] | None:
        """Return each line as a JSON object of texts; None where not every line is a row of its own, and a sound one.

        The first line must begin a row. ``limit`` is the longest line accepted, in bytes.
        """
        if max(map(len, lines)) > min(limit, _LONG):
            return None
        text = b"\n".join(lines)
        if b"\r" in text:
            lines = [line.removesuffix(b"\r") for line in lines]
            text = b"\n".join(lines)
        if b"\r" in text or not (text.isascii() or _is_utf8(text)):
            return None
        rest = text.translate(None, self._plain)
        if not rest.strip(b"\n"):
            return self._simple(text, len(lines))
        if rest.strip(b'\n"'):
            return self._parsed(lines)
        # A line without quotes opens none, so that the next one begins a row as well.
        quoted = [b'"' in line for line in lines]
        parsed = self._parsed([line for line, has in zip(lines, quoted, strict=True) if has])
        others = [line for line, has in zip(lines, quoted, strict=True) if not has]
        simple = self._simple(b"\n".join(others), len(others)) if others else []
        if parsed is None or simple is None:
            return None
        one, other = iter(parsed), iter(simple)
        return [next(one if has else other) for has in quoted]

    def _simple(self, text: bytes, count: int) -> list[bytes] | None:
        """Return rows without quotes and escapes: fields are what stands between marks, as many in each line."""
        import numpy as np

        data = np.frombuffer(text, np.uint8)
        marks, ends = np.flatnonzero(data == self._mark[0]), np.flatnonzero(data == ord("\n"))
        width = len(self._columns) - 1
        if len(marks) != count * width:
            return None
        if (marks[width - 1:-1:width] > ends).any() or (marks[width::width] < ends).any():
            return None
        fields = text.replace(b"\n", self._mark).split(self._mark)
        made = (self._row * count % tuple(fields)).split(b"\n")
        made.pop()
        return made

    def _parsed(self, lines: Sequence[bytes]) -> list[bytes] | None:
        """Return rows as the parser finds them, if it finds as many as there are lines: then none goes over two."""
        try:
            each = (line.decode() + "\n" for line in lines)
            rows = list(csv.reader(each, delimiter=self._mark.decode(), strict=True))
        except csv.Error:
            return None
        if len(rows) != len(lines) or any(len(row) != len(self._columns) for row in rows):
            return None
        columns = self._columns
        # Put together anew, since what is written comes in a block of memory many times its size.
        return [orjson.dumps(dict(zip(columns, row, strict=True)))[:-1] + b"}" for row in rows]


def _is_utf8(text: bytes) -> bool:
    try:
        return bool(text.decode("utf-8"))
    except UnicodeDecodeError:
        return False
