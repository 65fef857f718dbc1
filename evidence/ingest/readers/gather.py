"""Texts that a source cut into several records: put together again in the record that stands for the request.

A source may cut a long message into rows that share an id and are numbered. The row that stands for the whole gets them
under ``gathered``; the other rows stay what they are, for the connector to skip by name, so that every line is still
accounted for. A file is read twice; what lies between is kept on disk.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from typing import IO, Any, Final

import orjson

from evidence.connector import paths
from evidence.connector.parts import Gather
from evidence.ingest.readers.base import Batch, written

_IN_MEMORY: Final = 32 << 20
_HEADS: Final = 8
"""So many records of one id may each get the whole text: a copy or two are usual, a thousand are a bomb."""


def gathered(read: Callable[[], Iterator[Batch]], what: Gather) -> Iterator[Batch]:
    """Yield the batches of a file with the texts of its cut messages where they belong."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        places: dict[str, list[tuple[int, int, int]]] = {}
        pieces, whole = _marks(*what.into.values()), _marks(what.head)
        for batch in read():
            for text in batch.texts:
                if not _mentions(text, pieces):
                    continue
                row = orjson.loads(text)
                if what.having and not _at(row, what.having):
                    continue
                if isinstance(name := _at(row, what.by), str) and any(_at(row, field) for field in what.into.values()):
                    kept = orjson.dumps({key: _at(row, field) for key, field in what.into.items()})
                    places.setdefault(name, []).append((_number(_at(row, what.order)), spool.tell(), len(kept)))
                    spool.write(kept)
        heads: Counter[str] = Counter()
        for batch in read():
            numbers, texts = list[int](), list[bytes]()
            for number, text in zip(batch.numbers, batch.texts, strict=True):
                row = orjson.loads(text) if places and _mentions(text, whole) else {}
                name = _at(row, what.by)
                if _at(row, what.head) and isinstance(name, str) and name in places:
                    heads[name] += 1
                    if heads[name] > _HEADS:
                        batch.reject(number, "gathered_too_often", byte_len=len(text))
                        continue
                    texts.append(_whole(row, places[name], spool, what))
                else:
                    texts.append(text)
                numbers.append(number)
            batch.numbers, batch.texts, batch.columns = numbers, texts, None
            yield batch


def _marks(*fields: str) -> tuple[bytes, ...]:
    """Return the names of fields, of which a record that has one of them must show one."""
    return tuple(paths.steps(field)[-1].encode() for field in fields)


def _mentions(text: bytes, marks: tuple[bytes, ...]) -> bool:
    """Say whether a record can have one of these fields; escaped names are possible everywhere."""
    return any(mark in text for mark in marks) or b"\\u" in text


def _whole(row: dict[str, Any], places: list[tuple[int, int, int]], spool: IO[bytes], what: Gather) -> bytes:
    found: dict[str, list[Any]] = {key: [] for key in what.into}
    for _, start, size in sorted(places):
        spool.seek(start)
        for key, value in orjson.loads(spool.read(size)).items():
            if value:
                found[key].append(value)
    row["gathered"] = {key: _joined(values) for key, values in found.items() if values}
    return written(row)


def _at(row: dict[str, Any], path: str) -> Any:
    """Return what stands at a place of a record, None where nothing does; most places are a key as it stands."""
    found = row[path] if path in row else paths.at(row, path) if "." in path else None
    return None if found is paths.ABSENT else found


def _joined(values: list[Any]) -> Any:
    """Return lists as one list, whole or as JSON in a text; texts that are no lists on their own as one text."""
    lists: list[Any] = []
    for value in values:
        opened = value
        if isinstance(value, str):
            try:
                opened = orjson.loads(value)
            except orjson.JSONDecodeError:
                return "".join(one if isinstance(one, str) else orjson.dumps(one).decode() for one in values)
        lists += opened if isinstance(opened, list) else [opened]
    return lists


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
