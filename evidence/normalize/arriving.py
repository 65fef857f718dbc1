"""Records on their way into the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from evidence.decoding import PART_COLUMNS

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_RECORD = {"record_no": "BIGINT", "locator": "VARCHAR", "raw": "VARCHAR", "record_hash": "VARCHAR"}


class Arriving:
    """What arrives with a batch, as a stream for the engine.

    It is registered once. A table registered anew for each batch would make every statement be planned again.
    """

    def __init__(self, columns: Mapping[str, str]) -> None:
        """Begin empty, with these columns and their SQL types."""
        import pyarrow as pa

        kinds = {"BIGINT": pa.int64(), "VARCHAR": pa.string(), "BOOLEAN": pa.bool_()}
        self._none = pa.schema([(name, kinds[kind]) for name, kind in columns.items()]).empty_table()
        self._table = self._none

    def hold(self, table: pa.Table | None) -> None:
        """Give these rows from now on, or none."""
        self._table = self._none if table is None else table.select(self._none.column_names)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return a new stream over the rows."""
        return self._table.__arrow_c_stream__(requested_schema)


class Arrivals:
    """The records of a batch and their parts, as the tables ``incoming`` and ``incoming_part`` of an engine.

    Records whose fields come in so many columns of their own are in ``incoming_fields`` instead.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, fields: int) -> None:
        """Begin empty."""
        names = [f"field{n}" for n in range(fields)]
        self._fields = set(names)
        self._records, self._parts = Arriving(_RECORD), Arriving(PART_COLUMNS)
        self._apart = Arriving(_RECORD | dict.fromkeys(names, "VARCHAR"))
        con.register("incoming", self._records)
        con.register("incoming_fields", self._apart)
        con.register("incoming_part", self._parts)

    def hold(self, records: pa.RecordBatch | None, parts: pa.Table | None = None) -> bool:
        """Give these records from now on, or none; say whether their fields come in columns of their own."""
        import pyarrow as pa

        table = pa.Table.from_batches([records]) if records is not None else None
        apart = table is not None and bool(self._fields) and self._fields <= set(table.column_names)
        self._records.hold(None if apart else table)
        self._apart.hold(table if apart else None)
        self._parts.hold(parts)
        return apart
