"""Records to canonical rows: one SELECT per (connector, relation), and nothing lost on the way.

Every record ends as rows, as a reject with a reason or as a declared skip (decision 6). Rows that break a constraint of
their relation become rejects that name it. Prompt and response text passes through and is split off: rows keep hashes,
lengths and where the text is; the text itself goes to the scanner and nowhere else (decision 9).
"""
# ruff: noqa: S608 - statements are made of the names of the schema and of the catalogue's own SQL

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from evidence.connector import Connector
from evidence.connector.settings import Given, apart, settings
from evidence.decoding import PART_COLUMNS
from evidence.errors import SourceError
from evidence.normalize.arriving import Arrivals
from evidence.normalize.books import failed, in_order, left_out, parted, refusals, reject_table, silent, skip_table
from evidence.normalize.rows import all_among, placed, same, split, whole
from evidence.normalize.settled import literal, settled
from evidence.normalize.statements import BARRIER, define, first_line, judgement, prepare, visible, wrong_skip
from evidence.relations import define_macros
from evidence.store.engine import give_back

if TYPE_CHECKING:
    import pyarrow as pa

# Statements are planned once and run on many batches. A plan that rests on statistics of the rows of one batch (an
# empty table, the smallest and largest value) gives wrong rows for the next, so plans may not look at them.
_LOCK = ("SET disabled_optimizers = 'statistics_propagation,compressed_materialization'", "SET TimeZone = 'UTC'",
         "SET enable_progress_bar = false", "SET autoinstall_known_extensions = false",
         "SET autoload_known_extensions = false", "SET enable_external_access = false",
         "SET python_enable_replacements = false", "SET lock_configuration = true")
_ROWS = 8192
"""Rows in one piece of what a statement gives. Room for so many is made at once: for a million if nothing is said."""
_LARGE = 8 << 20
"""What a record longer than this needed is given back as soon as it is free."""
_WARY = 15
"""Batches for which nothing is tried at once after one in which that failed."""


@dataclass(frozen=True)
class Normalized:
    """What became of one batch.

    ``rows`` has a table per relation with all its columns in the order of the schema, by time; where whole tables are
    not wanted, in any order and without columns that have no value in any row;
    ``texts`` (relation, native_id, ordinal, field, locator, part, text), in the order of the records, is for the
    scanner alone; ``rejects`` and ``skips`` have the columns of these relations; ``fan_out`` counts the rows beyond
    the first of each record.
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
        options: options of the source, seen by connector SQL as the map ``r.options``, and the columns that they name
            as ``r.mapped``.
        observed_at: when the source was asked, where that is known; connector SQL may know better.
        whole: whether rows are wanted in order and with all columns; whoever collects those of a file needs neither.
        memory: limit of the engine.

    Raises:
        CatalogSqlError: a statement is not one SELECT, does not run, or gives columns that the relation has not.
        ConfigError: an option is not one of the connector's.
    """

    def __init__(self, connector: Connector, *, source_id: str, issuer: str | None = None,
                 options: Given | None = None, observed_at: datetime | None = None,
                 whole: bool = True, memory: str = "2GB") -> None:
        """Open the engine and prepare every statement."""
        import duckdb

        self.connector, self.source_id, self._whole = connector, source_id, whole
        seen_at = literal(observed_at.astimezone(UTC).replace(tzinfo=None).isoformat(" ") if observed_at else None)
        self.options = given = settings(connector, options or {}, source_id)
        keys, values = zip(*sorted(given.items()), strict=True) if given else ((), ())
        self._columns = {name.removeprefix("columns."): given[name] for name in connector.mapped if name in given}
        options_map = f"MAP([{', '.join(map(literal, keys))}], [{', '.join(map(literal, values))}])"
        self._source = {"source_id": literal(source_id), "issuer": literal(issuer),
                        "observed_at": f"{seen_at}::TIMESTAMP", "options": f"{options_map}::MAP(VARCHAR, VARCHAR)"}
        self._con = duckdb.connect(config={"threads": 1, "memory_limit": memory, "temp_directory": ""})
        define_macros(self._con)
        define(self._con, connector)
        self._fields = apart(connector, given)
        self._arrivals = Arrivals(self._con, len(self._fields))
        for setting in _LOCK:
            self._con.execute(setting)
        self._make_tables()
        self._queries = [prepare(self._con, connector, name, self._source["observed_at"], given)
                         for name in connector.relations]
        for query in self._queries:
            self._con.execute(f"PREPARE fill_{query.target.name} AS {query.sql}")
        # What fills one relation from the records alone needs no tables between: one statement does it all, unless
        # there is something to refuse or to leave out.
        self._direct = len(self._queries) == 1 and self._queries[0].once and not (connector.decode or connector.derive)
        self._wary = 0
        self._large = False
        self._prepared: set[str] = set()

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

        self._large = records.num_rows == 1 and records.nbytes + (parts.nbytes if parts else 0) > _LARGE
        try:
            return self._run(records, parts)
        except (duckdb.DataError, duckdb.ProgrammingError):
            return self._again(records, parts)
        except duckdb.Error as error:
            raise SourceError(f"the engine gave up on records of {self.source_id}: {first_line(error)}",
                              advice="free memory, or split the file") from error

    def _again(self, records: pa.RecordBatch, parts: pa.Table | None) -> Normalized:
        """Find the records on which a statement fails, by halves, and refuse them alone."""
        import duckdb
        import pyarrow as pa
        import pyarrow.compute as pc

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
        empty = self._run(records.slice(0, 0), None)
        refused = failed(records, "sql_error", type(error).__name__)
        return Normalized(empty.rows, empty.texts, reject_table(self.source_id, [refused]), empty.skips, 0)

    def _make_tables(self) -> None:
        """Make the tables of a batch. They are never filled for good: each batch is undone when it has been read."""
        import duckdb

        columns = ", ".join(f"{name} {kind}" for name, kind in PART_COLUMNS.items())
        self._con.execute(f"CREATE TEMP TABLE part ({columns})")
        select = self._judgement()
        try:
            self._con.execute(f"CREATE TEMP TABLE judged AS {select}")
        except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException) as error:
            raise wrong_skip(self._con, self.connector, self._source, error) from error
        self._con.execute(f"CREATE TEMP VIEW record AS {self._view('judged')}")
        # An Arrow stream that is scanned twice gives wrong rows: both inputs are copied into tables.
        self._con.execute("PREPARE keep_parts AS INSERT INTO part SELECT * FROM incoming_part")
        self._con.execute("PREPARE bad AS SELECT record_no, reason, skip FROM judged"
                          " WHERE reason IS NOT NULL OR skip IS NOT NULL ORDER BY record_no")

    def _judgement(self, way: str = "TRY", fields: Sequence[str] = ()) -> str:
        """Return the SELECT of the records with their struct, read from JSON or from columns of their own."""
        return settled(judgement(self.connector, self._source, self._columns, way, fields), self.options)

    def _statement(self, kind: str, *, apart: bool) -> str:
        """Return the name of the statement that judges records, or reads them directly, planned when it is needed."""
        name = f"{kind}_fields" if apart else kind
        if name not in self._prepared:
            select = self._judgement("" if kind == "direct" else "TRY", self._fields if apart else ())
            if kind == "direct":
                record = self._view(f"({select}{BARRIER})")
                sql = f"WITH record AS NOT MATERIALIZED ({record}) {self._queries[0].sql}"
            else:
                sql = f"INSERT INTO judged {select}"
            self._con.execute(f"PREPARE {name} AS {sql}")
            self._prepared.add(name)
        return name

    def _run(self, records: pa.RecordBatch, parts: pa.Table | None) -> Normalized:
        """Run every statement in a transaction that is undone, which gives back the space of the batch at once."""
        if self._direct and not self._wary and (found := self._at_once(records)):
            return found
        self._wary = max(0, self._wary - 1)
        judge = self._statement("judge", apart=self._arrivals.hold(records, parts))
        self._con.execute("BEGIN")
        try:
            if parts is not None and parts.num_rows:
                self._con.execute("EXECUTE keep_parts")
            self._con.execute(f"EXECUTE {judge}")
            given = {query.target.name: self._read(f"fill_{query.target.name}") for query in self._queries}
            # A record that gave rows is neither refused nor left out.
            bad = None if all_among(records["record_no"], given.values()) else self._read("bad")
        finally:
            self._con.execute("ROLLBACK")
            self._arrivals.hold(None)
        return self._judged(records, bad, given)

    def _at_once(self, records: pa.RecordBatch) -> Normalized | None:
        """Run one statement over the records as they arrive; return nothing where one gave no row, or failed."""
        import duckdb

        direct = self._statement("direct", apart=self._arrivals.hold(records))
        self._wary = _WARY
        try:
            table = self._read(direct)
        except (duckdb.DataError, duckdb.ProgrammingError):
            return None
        finally:
            self._arrivals.hold(None)
        if not all_among(records["record_no"], [table]):
            return None
        self._wary = 0
        return self._judged(records, None, {self._queries[0].target.name: table})

    def _view(self, judged: str) -> str:
        """Return the SELECT of the records that statements see."""
        alike = ", ".join(f"{value} AS {name}" for name, value in self._source.items())
        return (f"SELECT {', '.join(visible(self.connector))}, {alike} FROM {judged}"
                " WHERE reason IS NULL AND skip IS NULL")

    def _read(self, name: str) -> pa.Table:
        import duckdb

        # Each of the two ways makes a second copy of the rows in one line of versions and none in the other.
        way = self._con.execute if duckdb.__version__.startswith("1.") else self._con.sql
        found = way(f"EXECUTE {name}")
        if not self._large:
            return found.to_arrow_table(_ROWS)
        give_back()
        table = found.to_arrow_table(_ROWS)
        give_back()
        return table

    def _judged(self, records: pa.RecordBatch, bad: pa.Table | None, given: Mapping[str, pa.Table]) -> Normalized:
        """Part the rows that hold from those that are refused, and both from their texts."""
        import pyarrow.compute as pc

        good = records
        if bad is not None and bad.num_rows:
            good = records.filter(pc.invert(pc.is_in(records["record_no"], bad["record_no"].combine_chunks())))
        rows: dict[str, pa.Table] = {}
        texts: list[pa.Table] = []
        numbers: list[pa.ChunkedArray] = []
        refused: list[pa.Table] = []
        for query in self._queries:
            kept, wrong = parted(placed(given[query.target.name], good, self.source_id))
            if wrong.num_rows:
                refused.append(refusals(query.target.name, wrong, good))
            numbers.append(kept["record_no"])
            table, taken = split(query, kept)
            texts += taken
            rows[query.target.name] = in_order(whole(table, query.target), query.target.time) if self._whole else table
        return self._close_books(rows, texts, numbers, refused, (records, good, bad))

    def _close_books(self, rows: dict[str, pa.Table], texts: list[pa.Table], given: list[pa.ChunkedArray],
                     refused: list[pa.Table], judged: tuple[pa.RecordBatch, pa.RecordBatch, pa.Table | None]
                     ) -> Normalized:
        """Turn a record that gave nothing into a reject, so that each record is accounted for."""
        import pyarrow as pa
        import pyarrow.compute as pc

        records, good, bad = judged
        numbers = pa.concat_arrays([chunk for column in given for chunk in column.chunks] or [pa.array([], pa.int64())])
        skipped, fan_out = None, 0
        if not same(numbers, records["record_no"]):
            fan_out = len(numbers) - pc.count_distinct(numbers).as_py()
            unfit, skipped = left_out(records, bad)
            named = [chunk for table in refused for chunk in table["record_no"].chunks]
            known = pc.is_in(good["record_no"], pa.concat_arrays([numbers, *named]))
            refused += [silent(good.filter(pc.invert(known))), *([unfit] if unfit else [])]
        schema = pa.schema([(name, pa.int64() if name == "ordinal" else pa.string()) for name in
                            ("relation", "native_id", "ordinal", "field", "locator", "part", "text")])
        joined = pa.concat_tables([text.cast(schema) for text in texts]) if texts else schema.empty_table()
        return Normalized(rows, joined, reject_table(self.source_id, refused),
                          skip_table(self.source_id, skipped), fan_out)
