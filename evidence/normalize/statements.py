"""The SQL around a connector's SQL: checked before the first file, wrapped so that it says what it refuses."""
# ruff: noqa: S608 - statements are made of the names of the schema and of the catalogue's own SQL

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evidence import config
from evidence.connector import Connector
from evidence.errors import CatalogSqlError, Where
from evidence.normalize.settled import literal, mapped, mapped_fields, settled, struct_of
from evidence.relations import Column, Relation, relation

if TYPE_CHECKING:
    import duckdb

_ENGINE = ("source_id", "native_id", "ordinal", "locator", "record_hash", "observed_at")
_OWN = {"record_no": "BIGINT", "native_id": "VARCHAR", "ordinal": "BIGINT", "observed_at": "TIMESTAMP",
        "reject": "VARCHAR"}
_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
OF_RECORD = ("source_id", "locator", "record_hash")
"""Columns that a row takes over from its record."""
JUDGED = ("record_no", "locator", "record_hash", "raw", "s", "byte_len", "mapped")
"""What is kept of a record while its statements run."""
BARRIER = " OFFSET 0"
"""Ends a SELECT whose values are computed once. Without it they are put into every place that asks for them."""
_MACRO = re.compile(r"(\s|--[^\n]*\n)*CREATE MACRO \w+\(")
_AMONG = re.compile(r"(\w+) IN \(((?:'[^']*'(?:, *)?)+)\)")
_CHECK = re.compile(r"^\s*CHECK \((.*)\),?\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Query:
    """One statement of a connector, ready to run, and what it gives: columns of its relation, and texts.

    A column of the relation that it does not give has no value.
    """

    target: Relation
    sql: str
    columns: tuple[str, ...]
    texts: tuple[str, ...]
    once: bool
    """Whether it reads nothing but the records, and these once."""


def first_line(error: Exception) -> str:
    """Return the first line of an engine's message."""
    return str(error).split("\n")[0]


def _line(error: Exception, text: str, start: int) -> int | None:
    """Return the line of a file on which a statement is wrong; where the engine names none, that of the word it names.

    ``start`` is where in the file the statement begins that the engine was given.
    """
    if line := re.search(r"LINE (\d+):", str(error)):
        return int(line[1]) + text.count("\n", 0, start)
    named = re.search(r'"([^"]+)"', first_line(error))
    place = text.find(named[1], start) if named else -1
    return text.count("\n", 0, place) + 1 if place >= 0 else None


def _field(connector: Connector, dotted: str) -> str:
    if dotted in connector.mapped:
        return f"mapped[{literal(dotted.removeprefix('columns.'))}]"
    steps = [dotted] if dotted in connector.shape else dotted.split(".")
    return "s." + ".".join(f'"{step}"' for step in steps)


def refusal(connector: Connector) -> str:
    """Return the SQL that says why a record cannot be read as one of this connector's."""
    cases = ["WHEN s IS NULL THEN CASE WHEN valid THEN 'not_an_object' ELSE 'malformed_json' END"]
    for item in connector.require:
        fields = [_field(connector, name) for name in item.split("|")]
        absent = " AND ".join(_blank(f"{field}::VARCHAR") for field in fields)
        cases.append(f"WHEN {absent} THEN 'missing:{item}'")
    return f"CASE {' '.join(cases)} END"


def _blank(text: str) -> str:
    """Return the SQL that says whether a text is missing or nothing but space; mostly its first character tells."""
    return f"CASE WHEN {text} >= '!' AND {text} < chr(127) THEN false ELSE nz({text}) IS NULL END"


def _times(connector: Connector) -> Iterator[str]:
    """Yield a CASE branch for each time that must be readable where it is given."""
    for name, macros in connector.times.items():
        field = _field(connector, name)
        read = ", ".join(f"{macro}({field})" for macro in macros.split("|"))
        yield f"WHEN COALESCE({read}) IS NULL AND nz({field}) IS NOT NULL THEN 'bad_timestamp:{name}'"


def judgement(connector: Connector, source: Mapping[str, str], columns: Mapping[str, str], way: str = "TRY",
              fields: Sequence[str] = ()) -> str:
    """Return the SELECT that gives each record its struct, and why it cannot be used or is left out.

    Where a decoder reads the text, connector SQL does not see it: ``raw`` is NULL. So is whatever no statement of the
    connector mentions, since keeping it costs more than reading it. A declared skip comes before the check of times,
    since records of no interest may write theirs as they like. ``source`` gives the columns that are alike for all
    records, as SQL; ``columns`` the column of the export for each name that the connector leaves to evidence.yaml.
    Without ``way`` a record that is no JSON fails the statement, and the values of the others are copied once less.
    With ``fields`` records come with the texts of these fields in columns of their own, and no JSON is read.
    """
    shape = connector.shape_json().replace("'", "''")
    said = " ".join([*(connector.sql(name)[1] for name in connector.relations), *(s.when for s in connector.skips),
                     *connector.derive.values()])
    seen = {name: f"i.{name}" if re.search(rf"\b{name}\b", said) else "NULL::VARCHAR"
            for name in ("locator", "record_hash", "raw")}
    if connector.decode:
        seen["raw"] = "NULL::VARCHAR"
    struct = f"{way}(json_transform(i.raw, '{shape}'))"
    by_name = mapped(connector.mapped, columns)
    if fields:
        struct = struct_of({name: name for name in connector.shape} or {"_": None}, fields)
        by_name = mapped_fields(connector.mapped, columns, fields)
    own = ", ".join(f"{sql} AS {name}" for name, sql in seen.items())
    alike = ", ".join(f"{sql} AS {name}" for name, sql in source.items())
    skips = " ".join(f"WHEN ({skip.when}) THEN '{skip.reason}'" for skip in connector.skips)
    times = " ".join(_times(connector))
    # What is alike for all records stays outside of the barrier, behind which the engine would take it for a column.
    record = (f"SELECT *, {alike} FROM (SELECT i.record_no, {own}, {struct} AS s,"
              f" {by_name} AS mapped,"
              f" CASE WHEN {struct} IS NULL THEN json_valid(i.raw) END AS valid, strlen(i.raw) AS byte_len"
              f" FROM {'incoming_fields' if fields else 'incoming'} AS i{BARRIER}) AS r")
    for name, sql in connector.derive.items():
        record = f"SELECT *, ({sql}) AS {name} FROM ({record}) AS r"
    return (f"SELECT {', '.join(visible(connector))}, COALESCE(refused, CASE WHEN skip IS NULL THEN"
            f" CASE {times or 'WHEN false THEN NULL'} END END)"
            " AS reason, skip FROM (SELECT *, CASE WHEN refused IS NULL THEN"
            f" CASE {skips or 'WHEN false THEN NULL'} END END AS skip"
            f" FROM (SELECT *, {refusal(connector)} AS refused FROM ({record}) AS r) AS r) AS r")


def visible(connector: Connector) -> tuple[str, ...]:
    """Return the columns of a record that its statements see: our own, and the values that the connector derives.

    A derived value stands in a table. A common table expression would not do: the engine puts it back into every place
    that asks for it, and an event of twenty fields is then computed a hundred times.
    """
    return (*JUDGED, *connector.derive)


def wrong_skip(con: duckdb.DuckDBPyConnection, connector: Connector, source: Mapping[str, str], error: Exception
               ) -> CatalogSqlError:
    """Return the error that names the line of the derived value or the predicate which does not run."""
    import duckdb

    path = connector.folder / "connector.yaml"
    for number, name in enumerate(connector.derive):
        so_far = dict(list(connector.derive.items())[:number + 1])
        alone = connector.model_copy(update={"skips": (), "derive": so_far})
        try:
            con.execute(f"EXPLAIN {judgement(alone, source, {})}")
        except duckdb.Error as own:
            return CatalogSqlError(f"a derived value does not run: {first_line(own)}",
                                   where=config.place(path, "derive", name))
    for number, skip in enumerate(connector.skips):
        alone = connector.model_copy(update={"skips": (skip,)})
        try:
            con.execute(f"EXPLAIN {judgement(alone, source, {})}")
        except duckdb.Error as own:
            return CatalogSqlError(f"a predicate does not run: {first_line(own)}",
                                   where=config.place(path, "skips", number, "when"))
    return CatalogSqlError(f"a predicate does not run: {first_line(error)}", where=Where(str(path), key="skips"))


def _constraints(target: Relation) -> Iterator[str]:
    """Yield a CASE branch for each constraint of a relation, and for instants that no clock shows."""
    for column in target.columns:
        if column.required and column.name not in _ENGINE:
            yield f"WHEN {column.name} IS NULL THEN 'not_null:{column.name}'"
        if column.type == "TIMESTAMP":
            oldest = "1970-01-01" if column.name == target.time else "0001-01-01"
            yield (f"WHEN {column.name} < TIMESTAMP '{oldest}' OR {column.name} >= TIMESTAMP '10000-01-01'"
                   f" THEN 'out_of_range:{column.name}'")
    for match in _CHECK.finditer(target.statement):
        name = re.match(r"\w+", match[1])
        yield f"WHEN NOT ({_AMONG.sub(_alternatives, match[1])}) THEN 'check:{name[0] if name else 'row'}'"


def _alternatives(among: re.Match[str]) -> str:
    """Return the SQL for one of several texts. Of a list of them the engine would make a table, and join it."""
    return "(" + " OR ".join(f"{among[1]} = {text}" for text in re.findall(r"'[^']*'", among[2])) + ")"


def prepare(con: duckdb.DuckDBPyConnection, connector: Connector, name: str, seen_at: str,
            options: Mapping[str, str]) -> Query:
    """Check a statement against its relation, and wrap it so that it gives every column and a reason to refuse.

    What a row takes over from its record (locator, hash) is put in afterwards, and so is what no row has a value for.
    ``seen_at`` is when the source was asked, as SQL; ``options`` are those of the source.

    Raises:
        CatalogSqlError: the statement is not one SELECT, does not run, or does not fit the relation.
    """
    import duckdb

    path, text = connector.sql(name)
    target, written = relation(name), _statement(con, text, str(path))
    statement = settled(written, options)
    try:
        given = {str(row[0]): str(row[1]) for row in con.execute(f"DESCRIBE {statement}").fetchall()}
    except duckdb.Error as error:
        where = Where(str(path), _line(error, text, max(text.find(written), 0)))
        raise CatalogSqlError(f"does not run: {first_line(error)}", where=where) from error
    texts = tuple(field for field in target.transient if field in given)
    own = {c.name: c.type for c in target.columns if c.name not in _ENGINE}
    allowed = {**own, **_OWN, **dict.fromkeys(target.transient, "VARCHAR")}
    for column, kind in given.items():
        _check_column(column, kind, allowed, texts, str(path))
    if "record_no" not in given:
        raise CatalogSqlError("expected a column record_no, found none", where=Where(str(path)))
    pick = ", ".join(_pick(c, given, texts, seen_at) for c in target.columns)
    more = "".join(f", q.{field}" for field in texts)
    reject = "q.reject" if "reject" in given else "NULL::VARCHAR"
    always = {"native_id", "ordinal", "observed_at", *(f"{field}_part" for field in texts)}
    columns = tuple(c.name for c in target.columns if c.name in given or c.name in always)
    return Query(target, (
        f"SELECT record_no, {', '.join((*columns, *texts))},"
        f" COALESCE(said_no, CASE {' '.join(_constraints(target))} WHEN false THEN '' END) AS why_refused"
        f" FROM (SELECT q.record_no, {pick}{more}, {reject} AS said_no FROM ({statement}) AS q) AS p"),
        columns, texts, _reads_once(con, statement))


def _reads_once(con: duckdb.DuckDBPyConnection, statement: str) -> bool:
    """Say whether a statement names one table, once; a common table expression that it reads counts as another."""
    tree = con.execute("SELECT json_serialize_sql($1)", [statement]).fetchall()
    return str(tree[0][0]).count('"BASE_TABLE"') == 1


def define(con: duckdb.DuckDBPyConnection, connector: Connector) -> None:
    """Define the macros that a connector shares with others of its vendor.

    Raises:
        CatalogSqlError: there are none, or a file holds anything but ``CREATE MACRO``.
    """
    import duckdb

    folder = connector.folder.parent / f"_{connector.macros}"
    if connector.macros and not (files := sorted(folder.glob("*.sql"))):
        raise CatalogSqlError("expected a folder with macros, found none", where=Where(str(folder)))
    for path in files if connector.macros else ():
        try:
            for statement in con.extract_statements(path.read_text("utf-8")):
                if not _MACRO.match(statement.query):
                    raise CatalogSqlError("expected CREATE MACRO and nothing else", where=Where(str(path)))
                con.execute(statement)
        except (duckdb.Error, OSError, UnicodeDecodeError) as error:
            raise CatalogSqlError(f"does not run: {first_line(error)}", where=Where(str(path))) from error


def _statement(con: duckdb.DuckDBPyConnection, text: str, path: str) -> str:
    """Return the one SELECT of a file, without its header.

    Raises:
        CatalogSqlError: there is none, or more than one, or another statement.
    """
    import duckdb

    body = text[text.find("---*/") + 5:] if text.startswith("/*---") else text
    try:
        statements = con.extract_statements(body)
    except duckdb.Error as error:
        where = Where(path, _line(error, text, len(text) - len(body)))
        raise CatalogSqlError(f"is not SQL: {first_line(error)}", where=where) from error
    kinds = [str(statement.type).rsplit(".", 1)[-1] for statement in statements]
    if kinds != ["SELECT"]:
        raise CatalogSqlError(f"expected exactly one SELECT, found {', '.join(kinds) or 'nothing'}",
                              where=Where(path, 1))
    return str(statements[0].query).strip().rstrip(";")


def _check_column(name: str, kind: str, allowed: Mapping[str, str], texts: tuple[str, ...], path: str) -> None:
    if name not in allowed:
        raise CatalogSqlError(f"the relation has no column {name!r}", where=Where(path, key=name),
                              advice="known: " + ", ".join(sorted(allowed)))
    if any(name in {f"{field}_sha256", f"{field}_norm_sha256", f"{field}_bytes"} for field in texts):
        raise CatalogSqlError(f"{name} is computed from the text; leave it out", where=Where(path, key=name))
    if kind != allowed[name] and not (allowed[name] == "BIGINT" and kind in _WHOLE):
        raise CatalogSqlError(f"expected {allowed[name]} for {name}, found {kind}", where=Where(path, key=name),
                              advice="a cast that rounds or drops a zone would change evidence; say what is meant")


def _pick(column: Column, given: Mapping[str, str], texts: tuple[str, ...], seen_at: str) -> str:
    name = column.name
    if name in OF_RECORD:
        return f"NULL::VARCHAR AS {name}"
    default = {"ordinal": "0", "observed_at": seen_at}.get(name)
    if default:
        return f"COALESCE({f'q.{name}' if name in given else 'NULL'}, {default})::{column.type} AS {name}"
    if name in given:
        return f"q.{name}::{column.type} AS {name}"
    filler = "'record'" if any(name == f"{field}_part" for field in texts) else "NULL"
    return f"{filler}::{column.type} AS {name}"
