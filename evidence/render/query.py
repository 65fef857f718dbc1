"""Figures by name: each is one SELECT in ``evidence/render/sql``; Python only formats what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence.errors import SourceError

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]
_FOLDER = Path(__file__).parent / "sql"
_BATCH = 10_000


@cache
def statement(name: str) -> str:
    """Return the text of a query."""
    return (_FOLDER / f"{name}.sql").read_text("utf-8")


def names() -> list[str]:
    """Return the names of all queries, sorted."""
    return sorted(path.stem for path in _FOLDER.glob("*.sql"))


def stream(con: duckdb.DuckDBPyConnection, name: str, **params: str | int) -> Iterator[Row]:
    """Yield the rows of a query by column name, holding at most 10,000 of them.

    The connection has one open result at a time: finish this one before asking for another.

    Raises:
        SourceError: the query does not run on these tables.
    """
    import duckdb

    try:
        con.execute(statement(name), params or None)
        columns = [column[0] for column in con.description or ()]
        while batch := con.fetchmany(_BATCH):
            for values in batch:
                yield dict(zip(columns, values, strict=True))
    except duckdb.Error as error:
        raise SourceError(f"the figure {name!r} of the report cannot be computed: {error}",
                          advice="run the month again; tables of another version may be in the store") from error


def rows(con: duckdb.DuckDBPyConnection, name: str, **params: str | int) -> list[Row]:
    """Return the rows of a query that is known to be small."""
    return list(stream(con, name, **params))


def one(con: duckdb.DuckDBPyConnection, name: str, **params: str | int) -> Row:
    """Return the only row of a query.

    Raises:
        SourceError: there is not exactly one row.
    """
    found = rows(con, name, **params)
    if len(found) != 1:
        raise SourceError(f"the figure {name!r} has {len(found)} rows, expected 1")
    return found[0]
