"""Two engines that say where anchors end: hyperscan (fast) and google-re2 (portable, the cross-check).

Both report, for every row and anchor, *every* offset at which some match of the anchor ends; of long runs of one class
as many as cover them (``runs.spread``). A row is read as if a line feed stood before and after it; a match never
crosses two rows.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from evidence.errors import MissingExtraError, UsageError
from evidence.masking import compiled, runs, shapes
from evidence.masking.anchors import Anchor

if TYPE_CHECKING:
    import numpy as np

    from evidence.masking.blocks import Block
    from evidence.masking.extent import Tail

NAMES = ("hyperscan", "re2")


@dataclass(frozen=True, slots=True)
class Hits:
    """Where anchors end: parallel arrays of anchor number, row and offset in the block, by anchor and offset."""

    anchor: np.ndarray[Any, Any]
    row: np.ndarray[Any, Any]
    end: np.ndarray[Any, Any]


class RowPattern(NamedTuple):
    """A pattern for rows and, where there is one, a sharper one: in rows without a match of it the first finds nothing.

    Nor does it in rows where no match of either ends as ``tail`` says.
    """

    pattern: str
    sharp: str | None = None
    tail: Tail | None = None


Places = Sequence[tuple[int, Sequence[int]]]
"""Rows, each with the offsets in the block at which a match may end; none where the engine does not say."""


class Engine(Protocol):
    """What a scanner needs of an engine."""

    name: str

    def find(self, block: Block) -> Hits:
        """Return the ends of all anchors in a block."""
        ...

    def rows(self, block: Block) -> dict[int, Places]:
        """Return, per row pattern, the rows in which it may match (never too few, rarely too many), ascending."""
        ...


def make(name: str, anchors: Sequence[Anchor], row_patterns: Sequence[RowPattern], cache: Path | None = None) -> Engine:
    """Return the engine of that name for these anchors and row patterns.

    What it compiles it leaves in the folder ``cache``, if one is given and it can.

    Raises:
        UsageError: there is no such engine.
        MissingExtraError: its library is not installed.
    """
    if name == "hyperscan":
        return _Hyperscan(anchors, row_patterns, cache)
    if name == "re2":
        return _Re2(anchors, row_patterns)
    raise UsageError(f"there is no engine {name!r}", advice="engines: " + ", ".join(NAMES))


def re2_module() -> Any:
    """Return the module ``re2``.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import re2
    except ImportError as error:
        raise MissingExtraError("google-re2 is not installed",
                                advice="install it with: pip install 'copilot-evidence[re2]'") from error
    return re2


SHAPES, LITERALS = 1, 2


def lane(anchor: Anchor) -> int:
    """Return which database an anchor goes to, since some kinds slow down others.

    0 holds expressions with a literal, 1 shapes of digits (see ``shapes``), 2 plain literals, of which there may be
    many thousand. Long runs (see ``runs``) go to none.
    """
    if anchor.literal:
        return LITERALS
    return SHAPES if shapes.of(anchor) else 0


def passes(anchors: Sequence[Anchor], row_patterns: Sequence[RowPattern]) -> dict[int, list[compiled.Expression]]:
    """Return what each pass of hyperscan over a block looks for, by lane; those of row patterns follow the anchors."""
    import hyperscan as hs

    found: dict[int, list[compiled.Expression]] = {}
    long = runs.among(anchors)
    for number, anchor in enumerate(anchors):
        if number in long:
            continue
        shape = shapes.of(anchor)
        caseless = hs.HS_FLAG_CASELESS if anchor.caseless else 0
        text = (shape.wider if shape else anchor.pattern).encode("latin-1" if anchor.literal else "ascii")
        found.setdefault(lane(anchor), []).append((number, text, caseless))
    for number, (pattern, sharp, _) in enumerate(row_patterns, len(anchors)):
        found.setdefault(0, []).append((number, (sharp or pattern).encode(), hs.HS_FLAG_MULTILINE))
    return dict(sorted(found.items()))


def _seen(databases: Iterable[Any], text: memoryview) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the numbers and ends of everything that databases find in a text, in the order of its finding."""
    import numpy as np

    numbers, ends = array("q"), array("q")
    number, end = numbers.append, ends.append

    def seen(expression: int, _start: int, stop: int, _flags: int, _context: object) -> None:
        number(expression)
        end(stop)

    for database in databases:
        database.scan(cast("bytes", text), match_event_handler=seen)
    return np.frombuffer(numbers, dtype=np.int64), np.frombuffer(ends, dtype=np.int64)


class _Hyperscan:
    """Passes of hyperscan over a whole block, without start of match: ends only, the rest is arithmetic."""

    name = "hyperscan"

    def __init__(self, anchors: Sequence[Anchor], row_patterns: Sequence[RowPattern], cache: Path | None) -> None:
        import hyperscan as hs
        import numpy as np

        self._anchors, self._patterns = anchors, row_patterns
        self._found: tuple[Any, Any] = _seen([], memoryview(b""))
        self._fixed = np.array([a.low if a.low == a.high else 0 for a in anchors] or [0], dtype=np.int64)
        self._shapes = shapes.Confirmed({n: shape for n, anchor in enumerate(anchors) if (shape := shapes.of(anchor))})
        self._runs = runs.among(anchors)
        self._blunt = {number: compiled.database([(number, pattern.encode(), hs.HS_FLAG_MULTILINE)], cache)
                       for number, (pattern, sharp, _) in enumerate(row_patterns) if sharp}
        self._databases = {place: compiled.database(expressions, cache, literal=place == LITERALS)
                           for place, expressions in passes(anchors, row_patterns).items()}

    def _scan(self, block: Block) -> None:
        """Keep the numbers and ends of everything that matches in the block: there may be millions."""
        import numpy as np

        numbers, ends = _seen(self._databases.values(), block.view)
        if self._runs:
            for number, stops in zip(self._runs, runs.ends(block.view, [*self._runs.values()]), strict=True):
                numbers, ends = np.append(numbers, np.full(len(stops), number)), np.append(ends, stops)
        self._found = numbers, ends

    def find(self, block: Block) -> Hits:
        import numpy as np

        self._scan(block)
        numbers, ends = self._found
        keep = numbers < len(self._anchors)
        numbers, ends = numbers[keep], ends[keep]
        keep = self._shapes.keep(block.view, numbers, ends)
        numbers, ends = numbers[keep], ends[keep]
        row = np.searchsorted(block.starts, ends - 1, side="right") - 1
        inside = (row >= 0) & (ends - self._fixed[numbers] >= block.starts[row] - 1) & (ends <= block.ends[row] + 1)
        numbers, row, ends = numbers[inside], row[inside], ends[inside]
        order = np.lexsort((ends, numbers))
        return Hits(numbers[order], row[order], ends[order])

    def rows(self, block: Block) -> dict[int, Places]:
        import numpy as np

        found: dict[int, Places] = {}
        if not self._patterns:
            return found
        numbers, ends = self._found
        for number in np.unique(numbers[numbers >= len(self._anchors)]).tolist():
            own = np.unique(ends[numbers == number])
            row = np.searchsorted(block.starts, own - 1, side="right") - 1
            by_row: dict[int, list[int]] = {}
            for one, end in zip(row.tolist(), own.tolist(), strict=True):
                if one >= 0:
                    by_row.setdefault(one, []).append(end)
            pattern = number - len(self._anchors)
            if tail := self._patterns[pattern].tail:
                by_row = {one: at for one, at in by_row.items() if any(tail.fits(block.view, end) for end in at)}
            if pattern in self._blunt:
                found[pattern] = [(one, self._ends(pattern, block, one)) for one in by_row]
            else:
                found[pattern] = list(by_row.items())
        return found

    def _ends(self, pattern: int, block: Block, row: int) -> list[int]:
        """Return every offset at which a row pattern ends in a row, once its sharper form has been found there."""
        ends: set[int] = set()
        start = int(block.starts[row])

        def seen(_expression: int, _start: int, stop: int, _flags: int, _context: object) -> None:
            ends.add(start + stop)

        self._blunt[pattern].scan(block.row(row), match_event_handler=seen)
        return sorted(ends)


def _quoted(anchor: Anchor) -> bytes:
    """Return a literal as an expression."""
    return b"".join(b"\\x%02x" % byte for byte in anchor.pattern.encode("latin-1"))


class _Re2:
    """The same with google-re2, row by row: which anchors, then every end of each."""

    name = "re2"

    def __init__(self, anchors: Sequence[Anchor], row_patterns: Sequence[RowPattern]) -> None:
        re2 = re2_module()
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.max_mem = 256 << 20
        options.log_errors = False
        self._anchors, self._runs = anchors, runs.among(anchors)
        texts = [b"(?i)" * a.caseless + (_quoted(a) if a.literal else a.pattern.encode()) for a in anchors]
        self._compiled = [re2.compile(text, options) for text in texts]
        self._set = re2.Set.SearchSet(options)
        for text in texts:
            self._set.Add(text)
        self._set.Compile()
        self._rows = [re2.compile(b"(?m)" + pattern.encode(), options) for pattern, *_ in row_patterns]

    def find(self, block: Block) -> Hits:
        import numpy as np

        found: list[tuple[int, int, int]] = []
        for row, (start, end) in enumerate(zip(block.starts.tolist(), block.ends.tolist(), strict=True)):
            text = bytes(block.view[start - 1:end + 1])
            for number in self._set.Match(text) or ():
                found += ((number, row, start - 1 + stop) for stop in self._told(number, self._ends(number, text)))
        table = np.array(sorted(found), dtype=np.int64).reshape(-1, 3)
        return Hits(table[:, 0], table[:, 1], table[:, 2])

    def _told(self, number: int, ends: set[int]) -> list[int]:
        """Return the ends of an anchor that are told: of a run not all."""
        import numpy as np

        run = self._runs.get(number)
        return runs.thinned(np.array(sorted(ends)), run.length).tolist() if run else sorted(ends)

    def _ends(self, number: int, text: bytes) -> set[int]:
        anchor, expression = self._anchors[number], self._compiled[number]
        ends: set[int] = set()
        at = 0
        while match := expression.search(text, at):
            at = match.start() + 1
            if anchor.low == anchor.high:
                ends.add(match.end())
            else:
                stops = range(match.start() + anchor.low, min(match.start() + anchor.high, len(text)) + 1)
                ends.update(stop for stop in stops if expression.fullmatch(text, match.start(), stop))
        return ends

    def rows(self, block: Block) -> dict[int, Places]:
        found: dict[int, list[tuple[int, Sequence[int]]]] = {}
        for row, (start, end) in enumerate(zip(block.starts.tolist(), block.ends.tolist(), strict=True)):
            text = bytes(block.view[start - 1:end + 1])
            for number, expression in enumerate(self._rows):
                if expression.search(text):
                    found.setdefault(number, []).append((row, ()))
        return dict(found)
