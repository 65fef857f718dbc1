"""Many lines judged at once. What gives any cause for doubt is left to the judge of single records, which is slower.

Nothing is decided here but that a group of lines is beyond doubt: each one JSON object that every parser reads alike.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

import orjson

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_DEEP: Final = 250
"""Fewer brackets than this cannot nest so deep that a parser gives up."""
_COUNT: Final = "SELECT len(json_keys(raw)) FROM given"


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


def objects(texts: Sequence[bytes], pages: Collection[str]) -> bool:
    """Say whether texts are objects beyond doubt, and none of them has a key under which a page holds its records."""
    plain, others, counts, opened = True, [], [], frozenset(pages)
    for text in texts:
        if text[:1] != b"{" or text[-1:] != b"}":
            return False
        try:
            value = orjson.loads(text)
            if not opened.isdisjoint(value):
                return False
            # Written back, a document has no key twice; where that gives the same bytes, the text has none either.
            # In texts that are written in another manner, as then mostly all of a file are, keys are counted.
            if not plain or orjson.dumps(value) != text:
                plain = False
                others.append(text)
                counts.append(len(value))
        except (orjson.JSONDecodeError, orjson.JSONEncodeError):
            return False
    # A key that stands twice is one key less in the value than in the text.
    return not others or (not any(map(_deep, others)) and _keys(others) == counts)


def _deep(text: bytes) -> bool:
    return text.count(b"[") + text.count(b"{") > _DEEP


def _keys(texts: Sequence[bytes]) -> list[int]:
    """Return how many keys each object has at its top level, twice the ones that stand twice."""
    import pyarrow as pa

    con = _engine()
    con.register("given", pa.table({"raw": strings(texts)}))
    try:
        # Fetched whole: the next major version of the engine lets nothing else be done before a result has ended.
        return [count for (count,) in con.execute(_COUNT).fetchall()]
    finally:
        con.unregister("given")


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    import duckdb

    return duckdb.connect(config={"threads": 1, "memory_limit": "256MB", "enable_external_access": False})
