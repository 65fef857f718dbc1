"""What the first lines of a table say, and rows in the middle of it that say the same: files that were put together."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import Final

from evidence.ingest.readers.base import Options
from evidence.ingest.readers.foreign import RESAVED, tongue

PREFACE: Final = re.compile(r'(?i)#TYPE\s.*\s*|"?sep=.?"?\s*')
"""A line that a program writes before the header, about the file itself."""
AGAIN: Final = "again"
OTHER: Final = "another_table"
_FEW: Final = 2


def delimiter_of(header: str, options: Options) -> str:
    """Return the declared character that gives the header the most columns, of equal ones the first."""
    declared = (options.delimiter,) if isinstance(options.delimiter, str) else options.delimiter
    return max(declared, key=lambda mark: _width(header, mark) if len(declared) > 1 else 0)


def _width(header: str, mark: str) -> int:
    """Return how many columns a header has with this mark; none where it is no header then."""
    try:
        return len(next(csv.reader([header], delimiter=mark)))
    except csv.Error:
        return 0


def again(row: Sequence[str], names: Sequence[str]) -> str | None:
    """Say of a row whether it is none: a blank, or what begins a table anew where files were put together.

    That is the header again, the line before it, or the header of another table, whose rows nobody could read.
    """
    if len(row) <= _FEW and len(names) > len(row) and PREFACE.fullmatch("".join(row).removeprefix("\ufeff")):
        return AGAIN
    if not any(row):
        return AGAIN if len(row) == len(names) > 1 else None
    if len(row) < _FEW or not {row[0].strip().removeprefix("\ufeff").strip('"'), row[1].strip()} <= set(names):
        return None
    header = [row[0].strip().removeprefix("\ufeff").strip('"'), *map(str.strip, row[1:])]
    if header == list(names):
        return AGAIN
    return OTHER if len(set(header) & set(names)) * 2 > len(header) else None


def header_of(rows: Iterator[list[str]], options: Options
            ) -> tuple[list[str], list[str], tuple[str, str | None] | None]:
    """Return the columns, each with a name of its own, and their names as they are written; or what is wrong."""
    try:
        names = [name.strip() for name in next(rows, [])]
    except csv.Error:
        return [], [], ("malformed_header", "the first line is no list of columns, or its line end is a lone CR")
    columns = [name or f"column {place}" for place, name in enumerate(names, 1)] if names.count("") > 1 else names
    columns, problem = _named(columns, options)
    return columns, names, problem


def _named(columns: list[str], options: Options) -> tuple[list[str], tuple[str, str | None] | None]:
    if not columns:
        return [], None
    if any("\udc80" <= char <= "\udcff" for name in columns for char in name):
        return [], ("wrong_encoding", f"the header is not UTF-8; {RESAVED}")
    if options.repeats:
        columns = [f"{name} {nth}" if (nth := columns[:place].count(name) + 1) > 1 else name
                   for place, name in enumerate(columns)]
    if len(set(columns)) != len(columns):
        twice = sorted({columns.index(name) + 1 for name in columns if columns.count(name) > 1})
        return [], ("duplicate_column", f"of the names of columns {', '.join(map(str, twice))}")
    if missing := [name for name in options.columns if name not in columns]:
        return [], ("missing_column", "; ".join(filter(None, (", ".join(missing), tongue(columns)))))
    return columns, None
