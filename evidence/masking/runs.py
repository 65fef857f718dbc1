"""Long runs of one class, as of base64: looked for only where words of eight bytes leave room for one.

An automaton reads every byte of a text to count how many of a class stand in a row. But a run of 32 bytes fills three
whole words of eight, and in none of them is a blank, a quote or a bracket: a processor tells that of many bytes at
once. What remains, a twentieth of a text, is copied side by side and read by the automaton.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evidence.masking import extent

if TYPE_CHECKING:
    import numpy as np

    from evidence.masking.anchors import Anchor

LEAST = 15
"""A run of so many bytes fills a word, wherever it begins."""
STEP = 1 << 18
"""Bytes told at once: they stay in the nearest cache."""


def of(anchor: Anchor) -> tuple[int, int] | None:
    """Return the least byte of an anchor's class and the length of its run; None if it is no run of one class."""
    tree = None if anchor.literal or anchor.caseless or anchor.low != anchor.high else extent.parsed(anchor.pattern)
    if tree is None or len(tree) != 1 or str(tree[0][0]) != "MAX_REPEAT" or anchor.low < LEAST:
        return None
    found = extent.held(tree[0][1][2])
    return (min(found), anchor.low) if min(found) > 0 and max(found) < 128 else None


@dataclass(frozen=True, slots=True)
class Places:
    """Words of a text side by side, and the number of each in it."""

    words: np.ndarray[Any, Any]
    numbers: np.ndarray[Any, Any]

    def back(self, ends: np.ndarray[Any, Any], lengths: np.ndarray[Any, Any]) -> tuple[Any, Any]:
        """Return which of the runs that end here are runs of the text, not made by copying, and their ends there."""
        first, last = (ends - lengths) >> 3, (ends - 1) >> 3
        whole = self.numbers[last] - self.numbers[first] == last - first
        return whole, (ends + ((self.numbers[last] - last) << 3))[whole]


def places(text: memoryview, runs: Sequence[tuple[int, int]]) -> Places | None:
    """Return the words of a text in which one of the runs may lie; each is given by its least byte and its length.

    None: that is a half of the text or more, which costs less to read than to copy.
    """
    import numpy as np

    low, least = min(byte for byte, _ in runs), min(length for _, length in runs)
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
