"""The relations of ``evidence/sql/relations``: their tables, their headers, and rows made by hand for cases.

A relation file is schema, validator and data dictionary at once; this module is the only reader of these files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from evidence import catalog
from evidence.errors import ConfigError, Where

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_FILLERS = {"VARCHAR": "-", "BIGINT": 0, "BOOLEAN": False, "TIMESTAMP": datetime(2026, 10, 1)}  # noqa: DTZ001 - UTC


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a relation: name, SQL type, whether NULL is refused, and what it means."""

    name: str
    type: str
    required: bool
    comment: str


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation: its header, its columns and the statement that creates it.

    ``kind`` is ``append_only``, ``snapshot``, ``derived``, ``ledger``, ``result`` or ``setting``; ``key`` the columns
    that identify a row; ``time`` the column by which segments are sorted ('' for none); ``transient`` columns that a
    connector may give and that are never stored.
    """

    name: str
    kind: str
    key: tuple[str, ...]
    time: str
    transient: tuple[str, ...]
    meaning: str
    columns: tuple[Column, ...]
    statement: str


def _columns(statement: str) -> Iterable[Column]:
    for line in statement.splitlines()[1:]:
        code, _, comment = line.partition("--")
        words = code.strip().rstrip(",").split()
        if len(words) >= 2 and words[0] not in {"CHECK", "UNIQUE"} and words[0] != ");":
            yield Column(words[0], words[1], "NOT" in words, comment.strip())


@cache
def relation(name: str) -> Relation:
    """Return a relation by name.

    Raises:
        ConfigError: there is no such relation.
    """
    if name not in catalog.relation_names():
        raise ConfigError(f"unknown relation {name!r}", advice="known: " + ", ".join(catalog.relation_names()))
    head, statement = catalog.header(catalog.sql_file(f"relations/{name}"), f"evidence/sql/relations/{name}.sql")
    key, transient = head.get("key", []), head.get("transient", [])
    assert isinstance(key, list)
    assert isinstance(transient, list)
    return Relation(name, str(head["kind"]), tuple(key), str(head.get("time", "")), tuple(transient),
                    " ".join(str(head["meaning"]).split()), tuple(_columns(statement)), statement)


@cache
def schema(name: str) -> pa.Schema:
    """Return the Arrow schema of a relation: what is stored of it, no more and no less."""
    import pyarrow as pa

    types = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_(), "TIMESTAMP": pa.timestamp("us")}
    return pa.schema([(column.name, types[column.type]) for column in relation(name).columns])


def of_kind(*kinds: str) -> list[Relation]:
    """Return the relations of the kinds given, by name."""
    return [r for r in map(relation, catalog.relation_names()) if r.kind in kinds]


def canonical() -> list[Relation]:
    """Return the relations that connectors fill."""
    return of_kind("append_only", "snapshot")


def define_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Define the house macros of ``evidence/sql/macros``, which say what each accepts."""
    for name in ("names", "times"):
        con.execute(catalog.sql_file(f"macros/{name}"))


def create(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Create empty tables for the relations named, or for all."""
    for name in names or catalog.relation_names():
        con.execute(relation(name).statement)


def insert(con: duckdb.DuckDBPyConnection, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert hand-made rows; columns that refuse NULL and are not given get a filler. For cases and tests.

    Times are ``datetime`` or ISO text in UTC without zone (``2026-10-01 09:00:00``).

    Raises:
        ConfigError: a row names a column that the relation does not have.
    """
    columns = relation(name).columns
    known = {column.name for column in columns}
    for number, row in enumerate(rows):
        if unknown := set(row) - known:
            raise ConfigError(f"relation {name} has no column {', '.join(sorted(unknown))}",
                              where=Where(f"evidence/sql/relations/{name}.sql"))
        values = [row.get(c.name, _filler(c, number) if c.required else None) for c in columns]
        marks = ", ".join(f"CAST(? AS {c.type})" for c in columns)
        con.execute(f"INSERT INTO {name} VALUES ({marks})", values)  # noqa: S608 - the name was looked up


def _filler(column: Column, number: int) -> Any:
    if column.name == "locator":
        return f"{'0' * 64}#{number}"
    if column.name in {"valid_to", "to_time"}:
        return datetime(9999, 12, 31)  # noqa: DTZ001 - UTC
    return f"n{number}" if column.name == "native_id" else _FILLERS[column.type]
