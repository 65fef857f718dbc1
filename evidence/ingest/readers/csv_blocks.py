"""Many rows of CSV at once: a block of lines becomes JSON objects without a look at single rows.

Where the marks, quotes and line ends of a block are is held in one bit for each byte, and what of them is structure
follows from the number of quotes before. What is structure is replaced by bytes that the text cannot have, and the rest
is text as JSON writes it. This goes as far as every quote opens or closes a whole field and every row has all its
fields. The first row of which that is not so is left to the reader of single rows, and with it every decision of what
is wrong there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import orjson

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Bytes = npt.NDArray[np.uint8]
    Bits = npt.NDArray[np.uint64]
    Places = npt.NDArray[np.int64]

_MARK: Final = b"\xef\xbb\xbf"
_LINE, _RETURN, _QUOTE = b'\n\r"'
_ESCAPES: Final = {code: orjson.dumps(chr(code))[1:-1] for code in range(32)}
"""How JSON writes bytes that it cannot have in a text."""
_WORD: Final = 64


class Rows(NamedTuple):
    """How many rows, how many bytes they took, and whether what follows is doubtful (else it is cut short).

    ``columns`` has them as JSON objects, and then the fields that are wanted apart, as they were before JSON.
    """

    rows: int
    used: int
    doubt: bool
    columns: Sequence[pa.Array] = ()


class Shape:
    """What the rows of one file have in common: their columns, and the one character in ASCII between them."""

    def __init__(self, columns: Sequence[str], mark: bytes, wanted: Sequence[int] = ()) -> None:
        """Say which columns a row has, two at least, what stands between them, and which are wanted apart."""
        import numpy as np

        names = [orjson.dumps(name)[:-1] + b'"' for name in columns]  # put together anew: see written()
        self._names = frozenset(name.encode() for name in columns)
        # As they are, in quotes, and after the mark of another file that was put behind the first one.
        self._lengths = np.array(sorted({len(name) + more for name in self._names for more in (0, 2, 3, 5)}))
        between = [b"{" + names[0] + b':"', *(b'","' + name[1:] + b':"' for name in names[1:]), b'"}']
        self._columns, self._wanted, self._mark = len(columns), wanted, mark[0]
        self._keys, self._ends = b"".join(between), np.cumsum([0, *map(len, between)])

    def rows(self, block: bytes, limit: int) -> Rows:
        """Return the rows that a block begins with, as far as they are beyond doubt.

        The block must begin with a row and end with a line end. A row that it cuts short is no cause for doubt.
        ``limit`` is the longest line accepted, in bytes.
        """
        import numpy as np

        if len(block) > limit and max(map(len, block.split(b"\n"))) > limit:
            return Rows(0, 0, doubt=True)
        parts = _parts(block, self._mark)
        places = [place for place in (_not_utf8(block, parts.data), parts.doubt()) if place is not None]
        ends, uneven = self._even(parts, min(places, default=len(parts.data)))
        doubt = uneven or bool(places)
        if not len(ends):
            return Rows(0, 0, doubt)
        used = int(ends[-1]) + 1
        if parts.altered:
            # The same line end, before anything was written in another way: as many lines are left.
            left = np.count_nonzero(parts.data[used:] == _LINE)
            used = len(block.rsplit(b"\n", left + 1)[0]) + 1
        columns = self._taken(*parts.fields(ends, self._columns))
        return Rows(len(ends) // self._columns, used, doubt, columns)

    def _even(self, parts: _Parts, end: int) -> tuple[Places, bool]:
        """Return where the fields end of all rows before ``end``, and whether one row is uneven.

        That is so where it has not all its fields, and it is left out with what comes after it.
        """
        import numpy as np

        fields = _places(parts.marks | parts.lines)
        ends = np.flatnonzero(parts.data[fields] == _LINE)
        ends = ends[:np.searchsorted(fields[ends], end)]
        wrong = np.flatnonzero(ends != np.arange(1, len(ends) + 1) * self._columns - 1)
        count = int(wrong[0]) if len(wrong) else len(ends)
        odd = self._odd(parts.data, fields[:count * self._columns])
        return fields[:odd * self._columns], bool(len(wrong)) or odd < count

    def _odd(self, data: Bytes, fields: Places) -> int:
        """Return the number of rows before the first that may be a header again, or that has nothing in it.

        A row whose first two fields are names of columns may be a header.
        """
        import numpy as np

        lines = fields[self._columns - 1::self._columns]
        starts = np.concatenate([[0], lines[:-1] + 1])
        empty = (lines - starts <= 3 * self._columns) & np.isin(data[starts], (self._mark, _QUOTE))
        first, second = fields[::self._columns], fields[1::self._columns]
        known = self._lengths
        # A return may stand at the end of the second one.
        likely = np.isin(first - starts, known) & np.isin(second - first - 1, [known, known + 1])
        for row in np.flatnonzero(empty | likely):
            pieces = data[starts[row]:lines[row]].tobytes().removesuffix(b"\r").split(b"%c" % self._mark)
            if set(pieces) <= {b"", b'""'} or self._names.issuperset(
                    piece.removeprefix(_MARK).strip(b'"') for piece in pieces[:2]):
                return int(row)
        return len(lines)

    def _taken(self, written: bytes, bounds: Places) -> list[pa.Array]:
        """Return rows as objects, and the fields that are wanted, of fields as JSON writes them.

        ``bounds`` has where each begins and ends. Keys and fields are pieces of one text, and taken from it in turn.
        """
        import numpy as np
        import pyarrow as pa

        offsets = np.concatenate([bounds, self._ends + len(written)]).astype(np.int32)
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(written + self._keys)]
        pieces = pa.Array.from_buffers(pa.binary(), len(offsets) - 1, buffers)
        fields = np.arange(0, len(bounds), 2, dtype=np.int32).reshape(-1, self._columns)
        order = np.empty((len(fields), 2 * self._columns + 1), np.int32)
        order[:, ::2] = np.arange(len(bounds), len(bounds) + self._columns + 1)
        order[:, 1::2] = fields
        _, starts, text = pieces.take(pa.array(order.ravel())).buffers()
        cuts = np.frombuffer(starts, np.int32)[:order.size + 1:order.shape[1]].copy()
        objects = pa.Array.from_buffers(pa.string(), len(fields), [None, pa.py_buffer(cuts), text])
        return [objects, *(_plain(pieces.take(pa.array(fields[:, column]))) for column in self._wanted)]


class _Parts:
    """What the bytes of a block are, in one bit for each: quotes, and marks, line ends and returns outside of them."""

    def __init__(self, text: bytes, mark: int, *, altered: bool) -> None:
        """Find what stands where; ``altered`` says whether something was written in another way."""
        import numpy as np

        self.altered, self._mark = altered, mark
        self.data = data = np.full(len(text) // _WORD * _WORD + _WORD, ord(" "), np.uint8)
        data[:len(text)] = np.frombuffer(text, np.uint8)
        quotes, marks, lines, returns = (_bits(data == sign) for sign in (_QUOTE, mark, _LINE, _RETURN))
        within = _odd(quotes)
        opens, closes = quotes & within, quotes & ~within
        self._double = closes & _before(opens)
        self._opens, self._closes = opens & ~_after(closes), closes & ~self._double
        self.marks, self.lines, self._returns = marks & ~within, lines & ~within, returns & ~within
        controls = _bits(data < len(_ESCAPES))
        self.others = bool((controls & ~(lines | returns | marks)).any())
        self._inside = controls & within

    def doubt(self) -> int | None:
        """Return the first place where a quote is not at the end of a field, or a return not at the end of a line."""
        starts = _after(self.marks | self.lines)
        starts[0] |= 1
        wrong = (self._opens & ~starts | self._returns & ~_before(self.lines)
                 | self._closes & ~_before(self.marks | self.lines | self._returns))
        return int(_places(wrong)[0]) if wrong.any() else None

    def fields(self, ends: Places, columns: int) -> tuple[bytes, Places]:
        """Return a text, and where in it each field begins and ends, one after the other, as JSON writes it.

        Of the quotes and returns around fields nothing is left; ``ends`` is where marks and line ends stand.
        """
        import numpy as np

        data, used = self.data, int(ends[-1]) + 1
        bounds = np.empty(2 * len(ends), np.int64)
        begin, end = bounds[::2], bounds[1::2]
        begin[0], begin[1:], end[:] = 0, ends[:-1] + 1, ends
        end[columns - 1::columns] -= data[end[columns - 1::columns] - 1] == _RETURN
        quoted = data[begin] == _QUOTE
        begin += quoted
        end -= quoted
        if self._double.any():
            data ^= _spread(self._double) * (_QUOTE ^ ord("\\"))
        text = data[:used].tobytes()
        if self._inside.any():
            places = _places(self._inside)
            places = places[places < used]
            signs = data[places]
            longer = np.where(signs == self._mark, len(_ESCAPES.get(self._mark, b"")) - 1, 1)
            after = np.searchsorted(bounds, places, side="right")
            bounds += np.cumsum(np.bincount(after, longer, len(bounds) + 1)[:-1]).astype(np.int64)
            known = {_LINE, _RETURN, self._mark} & _ESCAPES.keys()
            codes = dict(zip(known, _ESCAPES.keys() - known, strict=False))
            for sign, code in codes.items():
                data[places[signs == sign]] = code
            text = data[:used].tobytes()
            for sign, code in codes.items():
                text = text.replace(b"%c" % code, _ESCAPES[sign])
        return text, bounds


def _parts(block: bytes, mark: int) -> _Parts:
    """Return the parts of a block, written as JSON has it where that is so wherever it stands."""
    text = block.replace(b"\\", b"\\\\") if b"\\" in block else block
    parts = _Parts(text, mark, altered=text is not block)
    if not parts.others:
        return parts
    for code in _ESCAPES.keys() - {_LINE, _RETURN, mark}:
        text = text.replace(b"%c" % code, _ESCAPES[code])
    return _Parts(text, mark, altered=True)


def _plain(texts: pa.Array) -> pa.Array:
    """Return texts as they were before JSON."""
    import numpy as np
    import pyarrow as pa

    if (np.frombuffer(texts.buffers()[2] or b"", np.uint8) == ord("\\")).any():
        return pa.array(orjson.loads(b'["' + b'","'.join(texts.to_pylist()) + b'"]'), pa.string())
    return texts.view(pa.string())


def _not_utf8(block: bytes, data: Bytes) -> int | None:
    """Return the end of the first line that is not UTF-8, as it is written in ``data``."""
    import numpy as np

    if block.isascii():
        return None
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        return int(np.flatnonzero(data == _LINE)[block.count(b"\n", 0, error.start)])
    return None


def _bits(found: npt.NDArray[np.bool_]) -> Bits:
    """Return one bit for each byte, the first one lowest, in words."""
    import numpy as np

    bits: Bits = np.packbits(found, bitorder="little").view("<u8")
    return bits


def _spread(bits: Bits) -> Bytes:
    """Return a byte for each bit, which is 1 or 0."""
    import numpy as np

    return np.unpackbits(bits.view(np.uint8), bitorder="little")


def _places(bits: Bits) -> Places:
    """Return which bits are set. Most bytes of bits have none and are passed over."""
    import numpy as np

    octets = bits.view(np.uint8)
    some = np.flatnonzero(octets != 0)
    found = np.flatnonzero(np.unpackbits(octets[some], bitorder="little").view(np.bool_))
    places: Places = some[found >> 3] * 8 + (found & 7)
    return places


def _after(bits: Bits) -> Bits:
    """Return the places that follow those of which the bits are set."""
    import numpy as np

    moved: Bits = bits << np.uint64(1)
    moved[1:] |= bits[:-1] >> np.uint64(_WORD - 1)
    return moved


def _before(bits: Bits) -> Bits:
    """Return the places that come before those of which the bits are set."""
    import numpy as np

    moved: Bits = bits >> np.uint64(1)
    moved[:-1] |= bits[1:] << np.uint64(_WORD - 1)
    return moved


def _odd(bits: Bits) -> Bits:
    """Return the places up to which, themselves included, an odd number of bits is set."""
    import numpy as np

    odd = bits.copy()
    for step in (1, 2, 4, 8, 16, 32):
        odd ^= odd << step
    # The last bit of a word now tells of the whole word; where it is odd for all words before one, that is turned over.
    before = np.bitwise_xor.accumulate(odd >> (_WORD - 1))[:-1]
    odd[1:] ^= np.negative(before)
    return odd
