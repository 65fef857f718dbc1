"""Records to canonical rows: one SELECT per (connector, relation), and nothing lost on the way.

Every record ends as rows, as a reject with a reason or as a declared skip (decision 6). Rows that break a constraint of
their relation become rejects that name it. Prompt and response text passes through and is split off: rows keep hashes,
lengths and where the text is; the text itself goes to the scanner and nowhere else (decision 9).
"""
# ruff: noqa: S608 - statements are made of the names of the schema and of the catalogue's own SQL

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from evidence.connector import PART_COLUMNS, Connector
from evidence.errors import CatalogSqlError, SourceError, Where
from evidence.normalize.books import Refused, parted, refusals, reject_table
from evidence.normalize.statements import Query, first_line, judgement, prepare
from evidence.relations import define_macros

if TYPE_CHECKING:
    import pyarrow as pa

# Statements are planned once and run on many batches. A plan that rests on statistics of the rows of one batch (an
# empty table, the smallest and largest value) gives wrong rows for the next, so plans may not look at them.
_LOCK = ("SET disabled_optimizers = 'statistics_propagation,compressed_materialization'", "SET TimeZone = 'UTC'",
         "SET enable_progress_bar = false", "SET autoinstall_known_extensions = false",
         "SET autoload_known_extensions = false", "SET enable_external_access = false",
         "SET python_enable_replacements = false", "SET lock_configuration = true")
_FEW = 24
_KEPT = 64 << 20


@dataclass(frozen=True)
class Normalized:
    """What became of one batch.

    ``rows`` has a table per relation with all its columns in the order of the schema; ``texts`` (relation, native_id,
    ordinal, field, locator, part, text) is for the scanner alone; ``rejects`` and ``skips`` have the columns of these
    relations; ``fan_out`` counts the rows beyond the first of each record.
    """

    rows: dict[str, pa.Table]
    texts: pa.Table
    rejects: pa.Table
    skips: pa.Table
    fan_out: int


class Normalizer:
    """Runs the statements of one connector over batches of records of one source, in a closed engine of its own.

    Args:
        connector: the connector; its SQL is checked here, so that a wrong statement is known before the first file.
        source_id: id of the source in evidence.yaml.
        issuer: tenant or issuer to assume where records name none; connector SQL sees it as ``r.issuer``.
        options: options of the source, seen by connector SQL as the map ``r.options``.
        observed_at: when the source was asked, where that is known; connector SQL may know better.
        memory: limit of the engine.

    Raises:
        CatalogSqlError: a statement is not one SELECT, does not run, or gives columns that the relation has not.
    """

    def __init__(self, connector: Connector, *, source_id: str, issuer: str | None = None,
                 options: Mapping[str, str] | None = None, observed_at: datetime | None = None,
                 memory: str = "2GB") -> None:
        """Open the engine and prepare every statement."""
        import duckdb

        self.connector, self.source_id = connector, source_id
        seen_at = observed_at.astimezone(UTC).replace(tzinfo=None) if observed_at else None
        self._con = duckdb.connect(config={"threads": 1, "memory_limit": memory})
        define_macros(self._con)
        for setting in _LOCK:
            self._con.execute(setting)
        self._con.execute("CREATE TEMP TABLE source AS SELECT ?::VARCHAR AS source_id, ?::VARCHAR AS issuer,"
                          " ?::TIMESTAMP AS observed_at, ?::MAP(VARCHAR, VARCHAR) AS options",
                          [source_id, issuer, seen_at, dict(sorted((options or {}).items()))])
        self._kept = 0
        self._make_tables()
        self._queries = [prepare(self._con, connector, name) for name in connector.relations]
        for query in self._queries:
            self._con.execute(f"PREPARE fill_{query.target.name} AS {query.sql}")

    def close(self) -> None:
        """Close the engine."""
        self._con.close()

    def batch(self, records: pa.RecordBatch, parts: pa.Table | None = None) -> Normalized:
        """Return what becomes of a batch of records (record_no, locator, raw, record_hash) and their parts.

        A value on which a statement fails refuses its record (``sql_error``), never the batch.

        Raises:
            SourceError: the engine gave up, for instance for want of memory.
        """
        import duckdb

        try:
            return self._run(records, parts)
        except (duckdb.DataError, duckdb.ProgrammingError):
            return self._again(records, parts)
        except duckdb.Error as error:
            raise SourceError(f"the engine gave up on records of {self.source_id}: {first_line(error)}",
                              advice="free memory, or split the file") from error

    def _again(self, records: pa.RecordBatch, parts: pa.Table | None) -> Normalized:
        """Find the records on which a statement fails, by halves, and refuse them alone.

        Each try begins with new tables: casts are evaluated on deleted rows too, so the value of an earlier batch could
        be to blame.
        """
        import duckdb
        import pyarrow as pa
        import pyarrow.compute as pc

        self._kept = _KEPT
        try:
            return self._run(records, parts)
        except (duckdb.DataError, duckdb.ProgrammingError) as error:
            if records.num_rows == 0:
                raise SourceError(f"a statement fails without any record: {first_line(error)}") from error
            if records.num_rows == 1:
                return self._refuse(records, error)
        results, middle = [], records.num_rows // 2
        for half in (records.slice(0, middle), records.slice(middle)):
            own = parts.filter(pc.is_in(parts["record_no"], half["record_no"])) if parts is not None else None
            results.append(self._again(half, own))
        one, two = results
        return Normalized({name: pa.concat_tables([one.rows[name], two.rows[name]]) for name in one.rows},
                          pa.concat_tables([one.texts, two.texts]), pa.concat_tables([one.rejects, two.rejects]),
                          pa.concat_tables([one.skips, two.skips]), one.fan_out + two.fan_out)

    def _refuse(self, records: pa.RecordBatch, error: Exception) -> Normalized:
        self._kept = _KEPT
        empty = self._run(records.slice(0, 0), None)
        refused = Refused(records["locator"][0].as_py(), len(str(records["raw"][0]).encode()), None, "sql_error",
                          type(error).__name__)
        return Normalized(empty.rows, empty.texts, reject_table(self.source_id, [(0, refused)]), empty.skips, 0)

    def _make_tables(self) -> None:
        """Make the tables of a batch, and the statements that fill and read them.

        They are emptied after small batches and made anew after large ones, since an engine in memory does not give
        back the space of deleted rows.
        """
        import duckdb

        self._con.execute("CREATE OR REPLACE TEMP TABLE incoming (record_no BIGINT, locator VARCHAR, raw VARCHAR,"
                          " record_hash VARCHAR)")
        columns = ", ".join(f"{name} {kind}" for name, kind in PART_COLUMNS.items())
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE part ({columns})")
        select = judgement(self.connector)
        try:
            self._con.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {select}")
        except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException) as error:
            where = Where(str(self.connector.folder / "connector.yaml"), key="skips")
            raise CatalogSqlError(f"a predicate does not run: {first_line(error)}", where=where) from error
        self._con.execute("CREATE OR REPLACE TEMP VIEW record AS SELECT record_no, locator, record_hash, raw, s,"
                          " source_id, issuer, observed_at, options, byte_len FROM judged"
                          " WHERE reason IS NULL AND skip IS NULL")
        self._con.execute(f"PREPARE judge AS INSERT INTO judged {select}")

    def _empty_tables(self, size: int) -> None:
        self._kept += size
        if self._kept >= _KEPT:
            self._kept = size
            self._con.execute("DEALLOCATE judge")
            self._make_tables()
            return
        for name in ("incoming", "part", "judged"):
            self._con.execute(f"DELETE FROM {name}")

    def _run(self, records: pa.RecordBatch, parts: pa.Table | None) -> Normalized:
        import pyarrow as pa

        # An Arrow stream that is scanned twice gives wrong rows: both inputs are copied into tables first.
        self._empty_tables(records.nbytes + (parts.nbytes if parts is not None else 0))
        self._fill("incoming", pa.Table.from_batches([records]), ("record_no", "locator", "raw", "record_hash"))
        if parts is not None:
            self._fill("part", parts, tuple(PART_COLUMNS))
        self._con.execute("EXECUTE judge")
        rows: dict[str, pa.Table] = {}
        texts: list[pa.Table] = []
        given: list[pa.ChunkedArray] = []
        refused: list[tuple[int, Refused]] = []
        for query in self._queries:
            table = self._con.sql(f"EXECUTE fill_{query.target.name}").to_arrow_table()
            kept, bad = parted(table)
            refused += refusals(query.target.name, bad)
            given.append(kept["record_no"])
            rows[query.target.name] = self._split(query, kept, texts)
        return self._close_books(rows, texts, given, refused)

    def _fill(self, name: str, table: pa.Table, columns: tuple[str, ...]) -> None:
        """Copy rows into a table. A view over the rows would make every prepared statement be planned again."""
        chosen = table.select(list(columns))
        if chosen.num_rows <= _FEW:
            marks = ", ".join("?" * len(columns))
            for row in chosen.to_pylist():
                self._con.execute(f"INSERT INTO {name} VALUES ({marks})", list(row.values()))
            return
        self._con.register("arriving", chosen)
        self._con.execute(f"INSERT INTO {name} SELECT * FROM arriving")
        self._con.unregister("arriving")

    def _split(self, query: Query, table: pa.Table, texts: list[pa.Table]) -> pa.Table:
        """Take the transient texts out of a table and put their hashes in."""
        import pyarrow as pa
        import pyarrow.compute as pc

        for field in query.texts:
            values = table[field]
            for name, column in _hashes(field, values).items():
                table = table.set_column(table.column_names.index(name), name, column)
            kept = table.filter(pc.is_valid(values))
            texts.append(pa.table({
                "relation": pa.array([query.target.name] * kept.num_rows, pa.string()),
                "native_id": kept["native_id"], "ordinal": kept["ordinal"],
                "field": pa.array([field] * kept.num_rows, pa.string()), "locator": kept["locator"],
                "part": kept[f"{field}_part"], "text": kept[field]}))
        return table.select([column.name for column in query.target.columns])

    def _close_books(self, rows: dict[str, pa.Table], texts: list[pa.Table], given: list[pa.ChunkedArray],
                     refused: list[tuple[int, Refused]]) -> Normalized:
        """Turn a record that gave nothing into a reject, so that each record is accounted for."""
        import pyarrow as pa
        import pyarrow.compute as pc

        numbers = pa.concat_arrays([chunk for column in given for chunk in column.chunks] or [pa.array([], pa.int64())])
        named = pa.array([number for number, _ in refused], pa.int64())
        for number, locator, size, reason in self._con.execute(
                "SELECT record_no, locator, byte_len, reason FROM judged WHERE reason IS NOT NULL").fetchall():
            refused.append((number, Refused(locator, size, None, reason, None)))
        good = self._con.sql("SELECT record_no, locator, byte_len FROM record").to_arrow_table()
        silent = pc.invert(pc.or_(pc.is_in(good["record_no"], numbers), pc.is_in(good["record_no"], named)))
        refused += [(row["record_no"], Refused(row["locator"], row["byte_len"], None, "no_row",
                                               "no statement of the connector gave a row"))
                    for row in good.filter(silent).to_pylist()]
        skips = self._con.sql("SELECT source_id, locator, skip AS reason FROM judged WHERE reason IS NULL"
                              " AND skip IS NOT NULL ORDER BY record_no").to_arrow_table()
        schema = pa.schema([(name, pa.int64() if name == "ordinal" else pa.string()) for name in
                            ("relation", "native_id", "ordinal", "field", "locator", "part", "text")])
        joined = pa.concat_tables([text.cast(schema) for text in texts]) if texts else schema.empty_table()
        fan_out = len(numbers) - pc.count_distinct(numbers).as_py()
        return Normalized(rows, joined, reject_table(self.source_id, refused), skips, fan_out)


def _hashes(field: str, values: Any) -> dict[str, pa.Array]:
    """Return the columns that stand for a text: hash of the exact bytes, hash of the normal form, length."""
    import pyarrow as pa

    exact: list[str | None] = []
    normal: list[str | None] = []
    sizes: list[int | None] = []
    for value in values.to_pylist():
        data = value.encode() if value is not None else b""
        plain = unicodedata.normalize("NFC", (value or "").replace("\r\n", "\n").strip()).encode()
        exact.append(hashlib.sha256(data).hexdigest() if value is not None else None)
        normal.append(hashlib.sha256(plain).hexdigest() if value is not None else None)
        sizes.append(len(data) if value is not None else None)
    return {f"{field}_sha256": pa.array(exact, pa.string()), f"{field}_norm_sha256": pa.array(normal, pa.string()),
            f"{field}_bytes": pa.array(sizes, pa.int64())}
