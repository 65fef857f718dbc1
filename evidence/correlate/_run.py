"""Runs the SQL of this stage file by file, in the order of their names, and says which file an error came from."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from evidence import relations
from evidence.errors import SourceError

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, int, int], None]
"""Called with what was done, how many steps are done and how many there are."""

SQL = Path(__file__).resolve().parent / "sql"


@cache
def _files(folder: str) -> tuple[tuple[str, str], ...]:
    paths = sorted((SQL / folder).glob("*.sql"))
    return tuple((f"{folder}/{path.name}", path.read_text("utf-8")) for path in paths)


def steps(folder: str) -> int:
    """Return how many SQL files a folder has."""
    return len(_files(folder))


def run_folder(con: duckdb.DuckDBPyConnection, folder: str, after: Callable[[str], None] = lambda _: None, *,
               last: str | None = None) -> None:
    """Run every SQL file of a folder in the order of names, up to ``last``; ``after`` hears the name of each one done.

    Raises:
        SourceError: a file does not run on these relations.
    """
    import duckdb

    for name, statement in _files(folder):
        try:
            con.execute(statement)
        except duckdb.Error as error:
            raise SourceError(f"correlation step {name} failed: {error}",
                              advice="a relation may lack a column or the memory limit may be too low") from error
        after(name)
        if last and name == f"{folder}/{last}.sql":
            return


def fresh(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Make result tables that are there and empty, so that a stage can be run again."""
    ensure(con, *names)
    for name in names:
        con.execute(f"DELETE FROM {name}")  # noqa: S608 - a relation's name


def ensure(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Create the relations that are not there yet, empty."""
    missing = [name for name in names if not exists(con, "main", name)]
    if missing:
        relations.create(con, *missing)


def exists(con: duckdb.DuckDBPyConnection, schema: str, name: str) -> bool:
    """Tell whether a table or view is there."""
    row = con.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = ? AND table_name = ?",
                      [schema, name]).fetchone()
    return row is not None and row[0] > 0
