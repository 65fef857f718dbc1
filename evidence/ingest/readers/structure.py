"""Where the parts of a JSON text begin and end, found a block at a time with numpy and without recursion.

Only brackets, commas and colons outside strings matter, and of these only the outermost levels, so that each element
keeps the text it came with. Whether an element is JSON at all is judged later, one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

QUOTE, BACKSLASH, COMMA, COLON = 34, 92, 44, 58
OPEN, CLOSE = (91, 123), (93, 125)
WINDOW: Final = 1 << 20
"""Bytes that are looked at in one go. Where each is a mark, what is made of them takes sixty times as much."""


class Scanner:
    """Remembers, from one block to the next, whether it is inside a string and how deep."""

    def __init__(self, levels: int) -> None:
        """Report marks of containers down to this level; the outermost is 1."""
        import numpy as np

        self._levels = levels
        self._depth = 0
        self._inside = False
        self._escaped = False
        self.commas = 0
        table = np.zeros(256, dtype=bool)
        table[[QUOTE, BACKSLASH, COMMA, COLON, *OPEN, *CLOSE]] = True
        self._table = table

    @property
    def open(self) -> bool:
        """Whether what was fed so far ends inside a container."""
        return self._depth > 0

    def feed(self, block: bytes) -> tuple[list[int], list[int], list[int]]:
        """Return position in the block, character and level of each mark outside strings.

        The level is that of the container that a bracket opens or closes, or in which a comma or colon stands.
        """
        import numpy as np

        data = np.frombuffer(block, dtype=np.uint8)
        at = np.flatnonzero(self._table[data])
        at = at[~self._behind_backslash(data, at)]
        chars = data[at]
        at, chars = at[chars != BACKSLASH], chars[chars != BACKSLASH]
        quotes = np.cumsum(chars == QUOTE) + self._inside
        outside = (quotes % 2 == 0) & (chars != QUOTE)
        self._inside = bool(quotes[-1] % 2) if len(quotes) else self._inside
        at, chars = at[outside], chars[outside]
        self.commas += int(np.count_nonzero(chars == COMMA))
        opens, closes = np.isin(chars, OPEN), np.isin(chars, CLOSE)
        depth = np.cumsum(opens.astype(np.int64) - closes) + self._depth
        level = depth + closes
        self._depth = int(depth[-1]) if len(depth) else self._depth
        near = level <= self._levels
        return at[near].tolist(), chars[near].tolist(), level[near].tolist()

    def _behind_backslash(self, data: npt.NDArray[np.uint8], at: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
        """Return which marks stand behind an odd run of backslashes (a backslash in an even place escapes nothing)."""
        import numpy as np

        slashes = at[data[at] == BACKSLASH]
        carried, self._escaped = self._escaped, False
        if not len(slashes) and not carried:
            return np.zeros(len(at), dtype=bool)
        hit = np.zeros(len(data) + 1, dtype=bool)
        hit[0] = carried
        if len(slashes):
            starts = np.flatnonzero(np.diff(slashes, prepend=-2) != 1)
            lengths = np.diff(np.append(starts, len(slashes)))
            first = slashes[starts]
            # A run at the very start, itself escaped by the block before, has one backslash fewer that counts.
            lengths = lengths - ((first == 0) & carried)
            ends = slashes[np.append(starts[1:], len(slashes)) - 1]
            hit[ends[lengths % 2 == 1] + 1] = True
        self._escaped = bool(hit[len(data)])
        return hit[:len(data)][at]


class Over(bytes):
    """Stands for a slice of a long text that is longer than a record may be; ``size`` is its length in bytes."""

    size: int

    @classmethod
    def of(cls, size: int) -> Over:
        """Return what stands for so many bytes."""
        made = cls()
        made.size = size
        return made


class Filed(Protocol):
    """A text that lies in a file and gives slices and its length as bytes do."""

    def __len__(self) -> int:
        """Return its bytes."""

    def __getitem__(self, place: slice, /) -> bytes:
        """Return a slice."""

    def part(self, start: int, stop: int) -> Filed:
        """Return a piece of it without the space around it."""


Sliced = bytes | Filed

def unended(text: Sliced) -> bool:
    """Say whether a document is still open where its text ends; what begins none never is."""
    scanner = Scanner(0)
    for offset in range(0, len(text), WINDOW):
        scanner.feed(text[offset:offset + WINDOW])
    return text[0:1] == b"{" and scanner.open


def dense(text: bytes, most: int) -> bool:
    """Say whether a text of JSON has more commas between its values than so many."""
    if text.count(b",") <= most:
        return False
    scanner = Scanner(0)
    for offset in range(0, len(text), WINDOW):
        scanner.feed(text[offset:offset + WINDOW])
    return scanner.commas > most


def members(text: Sliced, key: str) -> Iterator[tuple[bytes, bool]]:
    """Yield the elements of the array under a top-level key of an object, each with whether it is whole.

    Of an object that is cut short the last one is not; an array without elements yields nothing.
    """
    scanner = Scanner(2)
    name = start = -1
    wanted = False
    for offset in range(0, len(text), WINDOW):
        at, chars, levels = scanner.feed(text[offset:offset + WINDOW])
        for position, char, level in zip(at, chars, levels, strict=True):
            here = position + offset
            if level == 1 and char in (COMMA, OPEN[1]):
                name = here + 1
            elif level == 1 and char == COLON:
                wanted = _same(text[name:here], key)
            elif level == 2 and char == OPEN[0] and wanted:
                start = here + 1
            elif level == 2 and start >= 0 and char in (COMMA, CLOSE[0]):
                element = _strip(text[start:here])
                if char == COMMA or isinstance(element, Over) or element or _ends_in_comma(text, start):
                    yield element, True
                start = here + 1 if char == COMMA else -1
    if start >= 0 and ((element := _strip(text[start:len(text)])) or isinstance(element, Over)):
        yield element, False


def _strip(piece: bytes) -> bytes:
    return piece if isinstance(piece, Over) else piece.strip()


def _ends_in_comma(text: Sliced, end: int) -> bool:
    """Say whether what stands before a place ends in a comma, space aside."""
    while end > 0:
        if before := text[max(0, end - WINDOW):end].rstrip():
            return before.endswith(b",")
        end -= WINDOW
    return False


def slice_of(text: Sliced, key: str, *, cut: bool = False) -> bytes:
    """Return the text of the value under a top-level key of an object; nothing where there is none.

    With ``cut`` a value that the end of the text cuts short is returned as far as it goes.
    """
    start, end = span_of(text, key, cut=cut)
    return _strip(text[start:end])


def span_of(text: Sliced, key: str, *, cut: bool = False) -> tuple[int, int]:
    """Return where that value begins and ends, with the space around it; twice the same place where there is none."""
    scanner = Scanner(1)
    name = start = -1
    for offset in range(0, len(text), WINDOW):
        at, chars, _ = scanner.feed(text[offset:offset + WINDOW])
        for position, char in zip(at, chars, strict=True):
            here = position + offset
            if char == COLON and start < 0:
                start = here + 1 if _same(text[name:here], key) else -1
            elif char in (COMMA, *CLOSE) and start >= 0:
                return start, here
            elif char in (COMMA, OPEN[1]):
                name = here + 1
    return (start, len(text)) if cut and start >= 0 else (0, 0)


def _same(raw: bytes, key: str) -> bool:
    import orjson

    try:
        return bool(orjson.loads(raw.strip()) == key)
    except orjson.JSONDecodeError:
        return False
