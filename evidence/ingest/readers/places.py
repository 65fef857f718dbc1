"""Columns of a table put where the same facts stand in the source's own records: ``actor.alternate_id`` into ``actor``.

Some vendors write one log as JSON and as a table with flattened names. With its columns in their places a row is the
record that the JSON would be, as far as the table tells it, and both are read by the same statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from evidence.connector import paths
from evidence.ingest.readers.base import Batch, values_of, written

_Place = tuple[tuple[str | int, ...], str | int]


class Places:
    """Where the columns of one table belong: ``declared`` has the columns for each place, as connector.yaml does."""

    def __init__(self, declared: Mapping[str, Sequence[str]]) -> None:
        """Take the places; ``#`` in a column is the number of the element of the list in its place."""
        self._known = [(re.compile(re.escape(column).replace(r"\#", "([0-9]{1,4})")), paths.steps(place))
                       for place, columns in declared.items() for column in columns]
        self._found: dict[str, _Place] = {}

    def _find(self, column: str) -> _Place:
        """Return the way to where a column belongs, and its name there; one of which nothing is said stays as it is."""
        hits = ((known.fullmatch(column), place) for known, place in self._known)
        path = next((tuple(int(hit[1]) if step == "[]" else step for step in place) for hit, place in hits if hit),
                    (column,))
        place = self._found[column] = path[:-1], path[-1]
        return place

    def record(self, row: Mapping[str, Any]) -> dict[str, Any] | str:
        """Return a row as a record, or the column that stands where others belong. A cell without a text is nothing.

        Of two columns for one place the first that has a text is taken.
        """
        made: dict[Any, Any] = {}
        for column, value in row.items():
            if not value or value.isspace():
                continue
            way, name = self._found.get(column) or self._find(column)
            holder = made
            for step in way:
                holder = holder.setdefault(step, {})
                if not isinstance(holder, dict):
                    return column
            if isinstance(holder.setdefault(name, value), dict):
                return column
        return {key: _listed(value) for key, value in made.items()}


def _listed(value: Any) -> Any:
    """Return the elements of a list in the order of their numbers, and anything else as it is."""
    if isinstance(value, dict) and value and all(isinstance(key, int) for key in value):
        return [value[number] for number in sorted(value)]
    return value


def placed(batches: Iterable[Batch], declared: Mapping[str, Sequence[str]]) -> Iterator[Batch]:
    """Yield the rows of a table as records; one of which two columns claim a place becomes a reject."""
    places = Places(declared)
    for batch in batches:
        numbers, texts = batch.numbers, list(batch.texts)
        batch.numbers, batch.texts, batch.columns, batch.size = [], [], None, 0
        for number, text, row in zip(numbers, texts, values_of(texts), strict=True):
            made = places.record(row)
            if isinstance(made, str):
                batch.reject(number, "duplicate_key", made, len(text))
            else:
                batch.add(number, written(made))
        yield batch
