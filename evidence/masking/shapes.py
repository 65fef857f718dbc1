"""Anchors that are shapes of digits, looked for in a wider form that one automaton follows, and then confirmed.

Given as they are, forty shapes such as ``\\d{3}-\\d{2}-\\d{4}`` are not one automaton: the engine takes their
separators for literals, of which digits and blanks make hundreds, and follows several automata besides. With the
separators widened to one class, too wide to be a literal, every digit to ``\\d``, and what stands before the first
digit left out, they are one small automaton that rests where there is no digit: less than half the cost. It reports
some ends too many, in a text of numbers; each is confirmed by the bytes that stand there, class by class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from evidence.masking import extent

if TYPE_CHECKING:
    import numpy as np

    from evidence.masking.anchors import Anchor

_DIGITS = frozenset(b"0123456789")
_CAPITALS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_SEPARATORS = frozenset(b" +.-")
_KNOWN = _DIGITS | _CAPITALS | _SEPARATORS | frozenset(b"()")
_ANY = frozenset(range(256))
_NO_WORD = _ANY - _DIGITS - _CAPITALS - frozenset(b"abcdefghijklmnopqrstuvwxyz_")
_WIDE = r"\x0e-\x1f"
"""Bytes that no text has: they make a class of two or three too wide to be taken for literals."""
LEAST = 5
"""Bytes from the first digit on; with fewer, the wider form would end in nearly every number."""
MANY = 8
"""So many different digits, or more, are not taken for literals."""
MOST_ROWS = 16
PIECE = 1 << 13
"""Ends confirmed at once: a text of nothing but numbers has millions."""

Atom = tuple[frozenset[int], int, int]
"""The bytes that may stand there, and how many times at least and at most."""
Row = tuple[frozenset[int], ...]
"""What may stand at each byte, from the one before the match to the one after it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape: the wider form given to the engine, and the rows of classes of which a true match fits one."""

    wider: str
    rows: tuple[Row, ...]


@lru_cache(1024)
def of(anchor: Anchor) -> Shape | None:
    """Return the shape of an anchor; None if it is none: it has small letters, or groups, or few digits."""
    read = None if anchor.literal or anchor.caseless else _atoms(anchor.pattern)
    if read is None:
        return None
    atoms, first_edge, last_edge = read
    outer = [atom for edge, atom in ((first_edge, atoms[0]), (last_edge, atoms[-1])) if edge]
    if any(not low or not found <= _DIGITS | _CAPITALS for found, low, _ in outer):
        return None
    digits = [place for place, (found, low, _) in enumerate(atoms) if found <= _DIGITS and low]
    if not digits or any(not found <= _KNOWN for found, _, _ in atoms):
        return None
    ahead, body = atoms[:digits[0]], atoms[digits[0]:]
    if sum(low for _, low, _ in body) < LEAST or prod(high - low + 1 for _, low, high in atoms) > MOST_ROWS:
        return None
    if any(found & (_DIGITS | {ord("+")}) for found, _, _ in ahead) or (ahead and not any(low for _, low, _ in ahead)):
        return None
    counts = product(*(range(low, high + 1) for _, low, high in atoms))
    edges = (_NO_WORD if first_edge else _ANY), (_NO_WORD if last_edge else _ANY)
    rows = tuple((edges[0], *(found for (found, _, _), n in zip(atoms, count, strict=True) for _ in range(n)), edges[1])
                 for count in counts)
    return Shape(_wider(body, bool(ahead), first_edge, last_edge), rows)


def _atoms(pattern: str) -> tuple[list[Atom], bool, bool] | None:
    r"""Return the atoms of a pattern, and whether ``\b`` stands before and after; None where it has other parts."""
    items = [(str(kind), value) for kind, value in extent.parsed(pattern) or ()]
    first = bool(items) and items[0][0] == "AT"
    last = len(items) > 1 and items[-1][0] == "AT"
    atoms = [_atom(kind, value) for kind, value in items[first:len(items) - last]]
    return ([atom for atom in atoms if atom], first, last) if atoms and all(atoms) else None


def _atom(kind: str, value: Any) -> Atom | None:
    if kind in {"LITERAL", "IN"}:
        return frozenset(extent.held([(kind, value)])), 1, 1
    if kind == "MAX_REPEAT" and len(value[2]) == 1 and str(value[2][0][0]) in {"LITERAL", "IN"}:
        return frozenset(extent.held(value[2])), int(value[0]), int(value[1])
    return None


def _wider(body: Sequence[Atom], cut: bool, first_edge: bool, last_edge: bool) -> str:
    """Return the expression for the part from the first digit on."""
    between = frozenset[int]().union(*(found for found, _, _ in body if found <= _SEPARATORS))
    joint = rf"[.{_WIDE}]" if between == frozenset(b".") else rf"[ +.\-{_WIDE}]"
    text = "[^0-9]" if cut else r"\b" if first_edge else ""
    for found, low, high in body:
        whole = found <= _DIGITS and (between or len(found) < MANY or found == _DIGITS)
        kind = r"\d" if whole else joint if found <= _SEPARATORS else _class(found)
        text += kind + _count(low, high)
    parted = any(found <= _SEPARATORS and low for found, low, _ in body) and body[-1][0] <= _DIGITS
    return text + r"\b" * (last_edge and not parted)


def _count(low: int, high: int) -> str:
    return {(1, 1): "", (0, 1): "?"}.get((low, high), f"{{{low}}}" if low == high else f"{{{low},{high}}}")


def _class(found: frozenset[int]) -> str:
    wide = "" if found <= _DIGITS | _CAPITALS else _WIDE
    return "[" + "".join(rf"\x{byte:02x}" for byte in sorted(found)) + wide + "]"


class Confirmed:
    """Tells which ends that the engine reports for wider forms are ends of the shapes themselves."""

    def __init__(self, shapes: Mapping[int, Shape]) -> None:
        """Lay out the rows of the shapes, which are given by the numbers of their anchors, as one table."""
        import numpy as np

        rows = [(number, row) for number, shape in sorted(shapes.items()) for row in shape.rows]
        every = dict.fromkeys([_ANY, *(kind for _, row in rows for kind in row)])
        kinds = {kind: place for place, kind in enumerate(every)}
        self._width = max((len(row) for _, row in rows), default=0)
        self._fits = np.zeros((len(kinds), 256), dtype=bool)
        for kind, place in kinds.items():
            self._fits[place, list(kind)] = True
        # Shorter rows are filled up at the front with what fits everywhere: all end at the same byte.
        self._kinds = np.array([[0] * (self._width - len(row)) + [kinds[kind] for kind in row] for _, row in rows],
                               dtype=np.int64).reshape(len(rows), self._width)
        size = max(shapes, default=-1) + 1
        numbers = np.array([number for number, _ in rows], dtype=np.int64)
        self._first = np.searchsorted(numbers, np.arange(size))
        self._count = np.bincount(numbers, minlength=size)

    def keep(self, text: memoryview, numbers: np.ndarray[Any, Any], ends: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return which of the ends hold; those of anchors that are no shapes do."""
        import numpy as np

        kept = np.ones(len(numbers), dtype=bool)
        places = np.flatnonzero(numbers < len(self._count))
        places = places[self._count[numbers[places]] > 0]
        whole = np.frombuffer(text, dtype=np.uint8)
        for low in range(0, len(places), PIECE):
            chosen = places[low:low + PIECE]
            kept[chosen] = self._fit(whole, numbers[chosen], ends[chosen])
        return kept

    def _fit(self, text: np.ndarray[Any, Any], numbers: np.ndarray[Any, Any], ends: np.ndarray[Any, Any]) -> Any:
        import numpy as np

        counts = self._count[numbers]
        begins = np.cumsum(counts) - counts
        rows = np.repeat(self._first[numbers] - begins, counts) + np.arange(int(counts.sum()))
        at = np.repeat(ends, counts)[:, None] + np.arange(1 - self._width, 1)
        fits = self._fits[self._kinds[rows], text[np.clip(at, 0, len(text) - 1)]].all(axis=1)
        return np.logical_or.reduceat(fits, begins)

