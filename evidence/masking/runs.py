"""Long runs of one class, as of base64: looked for only where words of eight bytes leave room for one.

An automaton reads every byte of a text to count how many of a class stand in a row, and tells of each byte that goes
on with a run. But a run of 32 bytes fills three whole words of eight, and in none of them is a blank, a quote or a
bracket: a processor tells that of many bytes at once. What remains, a twentieth of a text, is copied side by side, and
what stands there between two bytes of another class is a run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from evidence.masking import extent

if TYPE_CHECKING:
    import numpy as np

    from evidence.masking.anchors import Anchor

LEAST = 15
"""A run of so many bytes fills a word, wherever it begins."""
STEP = 1 << 18
"""Bytes told at once: they stay in the nearest cache."""


class Run(NamedTuple):
    """The least byte of a class, how many of the class make a run, and 1 for each byte that is none of it, else 0."""

    least: int
    length: int
    outside: bytes


def of(anchor: Anchor) -> Run | None:
    """Return what an anchor is a run of; None if it is no run of one class."""
    tree = None if anchor.literal or anchor.caseless or anchor.low != anchor.high else extent.parsed(anchor.pattern)
    if tree is None or len(tree) != 1 or str(tree[0][0]) != "MAX_REPEAT" or tree[0][1][0] != anchor.low:
        return None
    one = re.compile(anchor.pattern.rpartition("{")[0].encode())
    held = [byte for byte in range(256) if one.fullmatch(bytes([byte]))]
    if anchor.low < LEAST or "\\b" in anchor.pattern or not held or {0, ord("\n")} & {*held} or max(held) > 127:
        return None
    return Run(min(held), anchor.low, bytes(byte not in held for byte in range(256)))


def among(anchors: Sequence[Anchor]) -> dict[int, Run]:
    """Return which of some anchors are runs, by their numbers."""
    return {number: run for number, anchor in enumerate(anchors) if (run := of(anchor))}


def ends(text: memoryview, runs: Sequence[Run]) -> Iterator[np.ndarray[Any, Any]]:
    """Yield, for each run, where in a text it ends, as ``spread`` gives it, ascending."""
    import numpy as np

    near = places(text, runs)
    read = text if near is None else memoryview(near.words.view(np.uint8))  # type: ignore[arg-type]
    for run in runs:
        begin, end = _stretches(read, run)
        first, last = begin + run.length, end
        if near is not None:
            first, last = near.back(first, last, run.length)
        yield spread(first, last, run.length)


def _stretches(text: memoryview, run: Run) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return where the runs of a text begin and end, each as long as it is."""
    import numpy as np

    before, found = -1, [np.empty((2, 0), dtype=np.int64)]
    for at in range(0, len(text), STEP):
        outside = bytes(text[at:at + STEP]).translate(run.outside)
        edges = np.append(before, np.flatnonzero(np.frombuffer(outside, dtype=bool)) + at)
        long = np.flatnonzero(np.diff(edges) > run.length)
        found.append(np.array([edges[long] + 1, edges[long + 1]]))
        before = int(edges[-1])
    if len(text) - before > run.length:
        found.append(np.array([[before + 1], [len(text)]]))
    begin, end = np.concatenate(found, axis=1)
    return begin, end


def spread(first: np.ndarray[Any, Any], last: np.ndarray[Any, Any], length: int) -> np.ndarray[Any, Any]:
    """Return the first and the last place at which runs end, and as many between as leave none of their bytes out.

    A run of a million bytes ends at a million places. Windows around them that overlap are one window, and they still
    do so where each begins at the end of the one before.
    """
    import numpy as np

    count = (last - first + length - 1) // length + 1
    steps = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    found: np.ndarray[Any, Any] = np.minimum(np.repeat(first, count) + steps * length, np.repeat(last, count))
    return found


def thinned(stops: np.ndarray[Any, Any], length: int) -> np.ndarray[Any, Any]:
    """Return what ``spread`` gives, of every place at which a run ends, ascending."""
    import numpy as np

    begins = np.flatnonzero(np.diff(stops, prepend=-2) > 1)
    return spread(stops[begins], stops[np.append(begins[1:], len(stops)) - 1] if len(stops) else stops, length)


@dataclass(frozen=True, slots=True)
class Places:
    """Words of a text side by side, and the number of each in it."""

    words: np.ndarray[Any, Any]
    numbers: np.ndarray[Any, Any]

    def back(self, first: np.ndarray[Any, Any], last: np.ndarray[Any, Any], length: int) -> tuple[Any, Any]:
        """Return where in the text those runs end, from one place to another, that copying did not make."""
        begin, end = (first - length) >> 3, (last - 1) >> 3
        whole = self.numbers[end] - self.numbers[begin] == end - begin
        shift = (self.numbers[begin] - begin) << 3
        return (first + shift)[whole], (last + shift)[whole]


def places(text: memoryview, runs: Sequence[Run]) -> Places | None:
    """Return the words of a text in which one of the runs may lie.

    None: that is a half of the text or more, which costs less to read than to copy.
    """
    import numpy as np

    low, least = min(run.least for run in runs), min(run.length for run in runs)
    filled = (least - 7) >> 3
    whole = np.frombuffer(text, dtype=np.uint8)
    full = _broken(whole, low) == 0
    found = full[:max(0, len(full) - filled + 1)].copy()
    for ahead in range(1, filled):
        found &= full[ahead:len(found) + ahead]
    numbers = _around(np.flatnonzero(found), filled, len(full))
    size = len(whole) >> 3
    if len(numbers) * 2 > size:
        return None
    words = whole[:size << 3].view(np.uint64)[numbers[numbers < size]]
    if len(words) < len(numbers):
        words = np.append(words, np.frombuffer(whole[size << 3:].tobytes().ljust(8, b"\0"), dtype=np.uint64))
    return Places(words, numbers)


def _around(begins: np.ndarray[Any, Any], filled: int, size: int) -> np.ndarray[Any, Any]:
    """Return the words that are filled from these on, with those before and after, where a run begins and ends."""
    import numpy as np

    first = np.flatnonzero(np.diff(begins, prepend=-2 * size - filled) > filled + 2)
    starts = np.maximum(begins[first] - 1, 0)
    stops = np.minimum(begins[np.append(first[1:], len(begins)) - 1] + filled + 1, size) if len(begins) else starts
    lengths = stops - starts
    return np.repeat(starts - np.cumsum(lengths) + lengths, lengths) + np.arange(int(lengths.sum()))


def _broken(whole: np.ndarray[Any, Any], low: int) -> np.ndarray[Any, Any]:
    """Return a byte for each word of eight: a bit is set where a byte is below the least one, or no ASCII."""
    import numpy as np

    found = np.empty((len(whole) + 7) >> 3, dtype=np.uint8)
    below = np.empty(STEP, dtype=bool)
    signed = whole.view(np.int8)
    for at in range(0, len(whole), STEP):
        piece = signed[at:at + STEP]
        np.less(piece, low, out=below[:len(piece)])
        bits = np.packbits(below[:len(piece)])
        found[at >> 3:(at >> 3) + len(bits)] = bits
    return found
