"""Many rows of CSV at once: a block of lines becomes JSON objects without a look at single rows.

Where the marks, quotes and line ends of a block are follows from the quotes before each of them. What is structure is
replaced by bytes that the text cannot have, and the rest is text as JSON writes it. This goes as far as every quote
opens or closes a whole field and every row has all its fields. The first row of which that is not so is left to the
reader of single rows, and with it every decision of what is wrong there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import orjson

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Places = npt.NDArray[np.int64]

_LINE, _RETURN, _QUOTE = b'\n\r"'
_ESCAPES: Final = {bytes([code]): orjson.dumps(chr(code))[1:-1] for code in range(32)}
"""How JSON writes bytes that it cannot have in a text."""
_END, _NOTHING, _LF, _CR, _MARK = range(5)
"""What stands for something else, once no byte below 32 has another meaning: the end of a field, what goes, and what
of line ends and marks is text."""


class Rows(NamedTuple):
    """Rows as JSON objects, how many bytes they took, and whether what follows is doubtful (else it is cut short)."""

    texts: list[bytes]
    used: int
    doubt: bool


class Shape:
    """What the rows of one file have in common: their columns, and the one character in ASCII between them."""

    def __init__(self, columns: Sequence[str], mark: bytes) -> None:
        """Say which columns a row has, two at least, and what stands between them."""
        names = [orjson.dumps(name) for name in columns]
        self._keys = [b'"}\n{' + names[0] + b':"', *(b'","' + name[1:] + b':"' for name in names[1:])]
        self._mark, self._more = mark, len(columns) - 1
        self._escaped = [(code, text) for code, text in _ESCAPES.items() if code not in (b"\n", b"\r", mark)]

    def rows(self, block: bytes, limit: int) -> Rows:
        """Return the rows that a block begins with, as far as they are beyond doubt.

        The block must begin with a row and end with a line end. A row that it cuts short is no cause for doubt.
        ``limit`` is the longest line accepted, in bytes.
        """
        import numpy as np

        if len(block) > limit and max(map(len, block.split(b"\n"))) > limit:
            return Rows([], 0, doubt=True)
        text, lines, returns = self._written(block)
        data, mark = np.frombuffer(bytearray(text), np.uint8), self._mark[0]
        opens, closes, inner = _quotes(data)
        before, after = data[opens - 1], data[closes + 1]
        doubts = [_not_utf8(block, lines), _first(opens, (before != mark) & (before != _LINE)),
                  _first(closes, (after != mark) & (after != _LINE) & (after != _RETURN))]
        ends, marks = lines, np.flatnonzero(data == mark)
        if len(opens):
            ends, marks, returns = (_outside(places, opens, closes, data, code) for places, code in (
                (lines, _LF), (marks, _MARK if self._mark < b" " else None), (returns, _CR)))
        doubts.append(_first(returns, data[returns + 1] != _LINE))
        known = [place for place in doubts if place is not None]
        count, uneven = self._even(marks, ends[:np.searchsorted(ends, min(known))] if known else ends)
        doubt = uneven or bool(known)
        if not count:
            return Rows([], 0, doubt)
        ends = ends[:count]
        data[inner], data[opens], data[closes], data[returns] = ord("\\"), _NOTHING, _NOTHING, _NOTHING
        data[marks[:count * self._more]] = data[ends] = _END
        used = int(ends[-1]) + 1
        made = self._joined(data[:used].tobytes(), count)
        if text is not block:
            # The same line end, before anything was written in another way.
            used = int(_controls(block)[0][np.searchsorted(lines, used - 1)]) + 1
        return Rows(made, used, doubt)

    def _written(self, block: bytes) -> tuple[bytes, Places, Places]:
        """Return a block with what JSON escapes wherever it stands, where its lines end and where carriages return."""
        text = block.replace(b"\\", b"\\\\") if b"\\" in block else block
        lines, returns, more = _controls(text)
        if more and more > (text.count(self._mark) if self._mark < b" " else 0):
            for code, meant in self._escaped:
                text = text.replace(code, meant)
            lines, returns, _ = _controls(text)
        return text, lines, returns

    def _even(self, marks: Places, ends: Places) -> tuple[int, bool]:
        """Return how many rows have all their fields before the first that has not, and whether there is one."""
        import numpy as np

        upto = np.searchsorted(marks, ends)
        wrong = np.flatnonzero(upto != np.arange(self._more, self._more * len(ends) + 1, self._more))
        return (int(wrong[0]), True) if len(wrong) else (len(ends), False)

    def _joined(self, text: bytes, count: int) -> list[bytes]:
        """Return rows whose fields end with the byte for it, as objects."""
        fields = text.split(b"%c" % _END)
        fields.pop()
        parts = [b""] * (2 * len(fields))
        parts[::2], parts[1::2] = self._keys * count, fields
        whole = b"".join(parts)
        for code, meant in ((_NOTHING, b""), (_LF, b"\\n"), (_CR, b"\\r"), (_MARK, _ESCAPES.get(self._mark, b""))):
            if (sign := b"%c" % code) in whole:
                whole = whole.replace(sign, meant)
        rows = whole.split(b"\n")
        rows[-1] += b'"}'
        return rows[1:]


def _not_utf8(block: bytes, lines: Places) -> int | None:
    """Return the end of the first line that is not UTF-8."""
    if block.isascii():
        return None
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        return int(lines[block.count(b"\n", 0, error.start)])
    return None


def _controls(text: bytes) -> tuple[Places, Places, int]:
    """Return where lines end, where carriages return, and how many other bytes JSON writes in another way."""
    import numpy as np

    data = np.frombuffer(text, np.uint8)
    places = np.flatnonzero(data < ord(" "))
    kinds = data[places]
    lines, returns = places[kinds == _LINE], places[kinds == _RETURN]
    return lines, returns, len(places) - len(lines) - len(returns)


def _quotes(data: npt.NDArray[np.uint8]) -> tuple[Places, Places, Places]:
    """Return where quotes open a field, where they close one, and the first of each two that stand for one."""
    import numpy as np

    quotes = np.flatnonzero(data == _QUOTE)
    opens, closes = quotes[::2], quotes[1::2]
    before = closes[:max(len(opens) - 1, 0)]
    double = before + 1 == opens[1:]
    return opens[np.append(True, ~double)[:len(opens)]], closes[np.append(~double, True)[:len(closes)]], before[double]


def _outside(places: Places, opens: Places, closes: Places, data: npt.NDArray[np.uint8], code: int | None) -> Places:
    """Return the places that are not in quotes; the others are set to ``code``."""
    import numpy as np

    outside: npt.NDArray[np.bool_] = np.searchsorted(opens, places) == np.searchsorted(closes, places)
    if code is not None:
        data[places[~outside]] = code
    return places[outside]


def _first(places: Places, wrong: npt.NDArray[np.bool_]) -> int | None:
    """Return the first place of which something is true."""
    found = places[wrong]
    return int(found[0]) if len(found) else None
