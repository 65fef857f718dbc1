"""Records on their way into the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


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
