"""Writes the tables of a segment: rows in the order of time, in bounded memory, the same rows the same bytes."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from evidence import relations

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

SPILL: Final = 64 << 20
_GROUP: Final = 50_000


@cache
def schema(name: str) -> pa.Schema:
    """Return the Arrow schema of a relation: what is stored of it, no more and no less."""
    import pyarrow as pa

    types = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_(), "TIMESTAMP": pa.timestamp("us")}
    return pa.schema([(column.name, types[column.type]) for column in relations.relation(name).columns])


class Writer:
    """Collects the rows of one segment and writes a sorted Parquet file for each relation that has any."""

    def __init__(self, place: Path) -> None:
        """Write into this folder."""
        self._place = place
        self._held: dict[str, list[pa.Table]] = {}
        self._spilled: dict[str, list[Path]] = {}
        self._size = 0
        self.rows: dict[str, int] = {}

    def add(self, name: str, table: pa.Table) -> None:
        """Take rows of a relation. Columns that are not in its schema are an error, not baggage."""
        if not table.num_rows:
            return
        table = table.select(schema(name).names).cast(schema(name))
        self._held.setdefault(name, []).append(table)
        self.rows[name] = self.rows.get(name, 0) + table.num_rows
        self._size += table.nbytes
        if self._size > SPILL:
            self._spill()

    def _spill(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        (self._place / "spill").mkdir(exist_ok=True)
        for name, tables in sorted(self._held.items()):
            parts = self._spilled.setdefault(name, [])
            path = self._place / "spill" / f"{name}-{len(parts)}.parquet"
            pq.write_table(pa.concat_tables(tables), path, compression="zstd", row_group_size=_GROUP)
            parts.append(path)
        self._held.clear()
        self._size = 0

    def close(self) -> dict[str, dict[str, Any]]:
        """Write everything and return, for each relation, its rows and first and last time."""
        import duckdb

        if self._spilled:
            self._spill()
        facts: dict[str, dict[str, Any]] = {}
        with duckdb.connect(config={"threads": 1, "memory_limit": "256MB"}) as con:
            con.execute("SET enable_progress_bar = false")
            con.execute("SET temp_directory = ?", [str(self._place / "spill")])
            for name in sorted(self.rows):
                facts[name] = self._write(con, name)
        self._clear()
        return facts

    def _write(self, con: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
        import pyarrow as pa

        relation = relations.relation(name)
        if name in self._spilled:
            source = f"read_parquet({[str(path) for path in self._spilled[name]]})"
        else:
            con.register("held", pa.concat_tables(self._held[name]))
            source = "held"
        # Rows without a native id can be alike in their key; then every column takes part, so that the order is total.
        columns = [c.name for c in relation.columns] if relation.kind == "derived" else []
        order = ", ".join(f'"{c}" ASC NULLS LAST' for c in dict.fromkeys(
            [*([relation.time] if relation.time else []), "locator", *relation.key, *columns]))
        target = str(self._place / f"{name}.parquet").replace("'", "''")
        con.execute(f"COPY (SELECT * FROM {source} ORDER BY {order}) TO '{target}'"  # noqa: S608 - names of the schema
                    f" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_GROUP})")
        times = (None, None)
        if relation.time:
            times = con.execute(f"SELECT min({relation.time}), max({relation.time})"  # noqa: S608
                                f" FROM read_parquet('{target}')").fetchall()[0]
        con.unregister("held")
        return {"rows": self.rows[name], "first": _iso(times[0]), "last": _iso(times[1])}

    def _clear(self) -> None:
        for path in sorted((self._place / "spill").glob("*")):
            path.unlink()
        if (self._place / "spill").is_dir():
            (self._place / "spill").rmdir()


def _iso(value: datetime | None) -> str | None:
    return value.isoformat(timespec="microseconds") if value is not None else None
