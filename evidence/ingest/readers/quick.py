"""Many lines judged at once. What gives any cause for doubt is left to the judge of single records, which is slower.

Nothing is decided here but that a group of lines is beyond doubt: each one JSON object that every parser reads alike.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final, cast

from evidence.ingest.readers.base import Judge

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
    import simdjson

    Bytes = npt.NDArray[np.uint8]
    Ends = npt.NDArray[np.int32]

_LONG: Final = 1 << 20
"""Longer texts are judged alone: the parser keeps ten times the memory of the longest text that it has seen."""
_DEEP: Final = 250
"""Fewer brackets than this cannot nest so deep that a parser gives up."""
_ALIKE: Final = ord("[") ^ ord("{")
"""The one bit in which the two brackets that open something differ."""
_WINDOW: Final = 1 << 18
"""Bytes that are looked at in one go: what is made of them stays in the processor's memory."""


def strings(texts: Sequence[bytes]) -> pa.Array:
    """Return texts as an Arrow column, put together in one piece of memory.

    Raises:
        ArrowInvalid: one of them is not UTF-8.
    """
    import numpy as np
    import pyarrow as pa

    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
    if len(texts) == 0 or ends[-1] >= 1 << 31:
        return pa.array(texts, pa.binary()).cast(pa.string())
    offsets = np.concatenate([np.zeros(1, np.int32), ends.astype(np.int32)])
    parts = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(texts))]
    column = pa.Array.from_buffers(pa.string(), len(texts), parts)
    column.validate(full=True)
    return column


def objects(texts: Sequence[bytes], pages: Collection[str]) -> pa.Array | None:
    """Return texts as a column if they are objects beyond doubt, none with a key under which a page has its records.

    None says that they have to be looked at one by one.
    """
    import pyarrow as pa

    if not texts[0].startswith(b"{") or (len(texts) == 1 and len(texts[0]) >= _LONG):
        return None
    try:
        column = strings(texts)
    except pa.ArrowInvalid:
        return None
    signs, ends = _parts(column)
    if not _braced(signs, ends):
        return None
    parse = cast("Callable[[bytes], Iterable[str]]", _parser().parse)  # a text with braces is an object or refused
    opened, seen = frozenset(pages), list[str]()
    flat = _flat(signs, ends)
    for text in texts:
        try:
            keys = [*parse(text)] if flat and len(text) < _LONG else _slowly(text)
        except (ValueError, RuntimeError):
            # It is stricter than others, with numbers too: what it refuses need not be wrong.
            keys = _slowly(text)
        if keys != seen:
            if keys is None or len(set(keys)) < len(keys) or not opened.isdisjoint(keys):
                return None
            seen = keys
    return column


def _parts(column: pa.Array) -> tuple[Bytes, Ends]:
    """Return the bytes of all texts, and where each begins and the last one ends."""
    import numpy as np

    _, offsets, content = column.buffers()
    return np.frombuffer(content, np.uint8), np.frombuffer(offsets, np.int32, len(column) + 1, 4 * column.offset)


def _braced(signs: Bytes, ends: Ends) -> bool:
    """Say whether each text begins with a brace and ends with one."""
    first, last = ends[:-1], ends[1:] - 1
    return bool((first < last).all() and (signs[first] == ord("{")).all() and (signs[last] == ord("}")).all())


def _flat(signs: Bytes, ends: Ends) -> bool:
    """Say whether no text has so many brackets that they could nest too deep."""
    import numpy as np

    opened = [np.flatnonzero(signs[start:start + _WINDOW] | _ALIKE == ord("{")) + start
              for start in range(0, len(signs), _WINDOW)]
    return bool((np.diff(np.searchsorted(np.concatenate(opened), ends)) <= _DEEP).all())


def _slowly(text: bytes) -> list[str] | None:
    """Return the keys of an object at its top level as the judge of single records does; None where it refuses it."""
    found = Judge.look(text)
    return list(found) if isinstance(found, dict) else None


@cache
def _parser() -> simdjson.Parser:
    import simdjson

    return simdjson.Parser()
