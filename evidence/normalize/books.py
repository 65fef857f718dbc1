"""The books of a batch: which rows were refused, and the table of rejects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evidence.relations import schema

if TYPE_CHECKING:
    import pyarrow as pa


def parted(table: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Split what a statement gave into rows that hold and rows that are refused."""
    import pyarrow.compute as pc

    held = pc.is_null(table["why_refused"])
    if pc.all(held).as_py() is not False:
        return table, table.slice(0, 0)
    return table.filter(held), table.filter(pc.invert(held))


def in_order(table: pa.Table, time: str) -> pa.Table:
    """Return rows by time, the ones without first, then by what identifies them."""
    import numpy as np
    import pyarrow.compute as pc

    keys = list(dict.fromkeys([*([time] if time else []), "native_id", "ordinal", "locator"]))
    narrow = table.select(keys)
    if time and table[time].null_count:
        narrow, keys = narrow.append_column("has_time", pc.is_valid(table[time])), ["has_time", *keys]
    order = pc.sort_indices(narrow, sort_keys=[(key, "ascending") for key in keys])
    # Mostly they are in order already, and a copy of all their texts would be for nothing.
    return table if np.array_equal(order, np.arange(len(order))) else table.take(order)


def sizes(records: pa.RecordBatch) -> pa.Array:
    """Return how many bytes each record had when it was received."""
    import pyarrow.compute as pc

    return records["byte_len"] if "byte_len" in records.schema.names else pc.binary_length(records["raw"])


def refusals(relation: str, bad: pa.Table, records: pa.RecordBatch) -> pa.Table:
    """Return one reject for each record and reason, however many rows of it were refused."""
    import pyarrow as pa
    import pyarrow.compute as pc

    each = bad.select(["record_no", "why_refused"]).group_by(["record_no", "why_refused"], use_threads=False)
    counted = each.aggregate([([], "count_all")])
    times = counted["count_all"]
    several = pc.binary_join_element_wise(times.cast(pa.string()), " rows", "")
    return _refused(counted["record_no"], records, relation, counted["why_refused"],
                    pc.if_else(pc.greater(times, 1), several, None))


def silent(records: pa.RecordBatch) -> pa.Table:
    """Return the rejects of records for which no statement gave a row."""
    return failed(records, "no_row", "no statement of the connector gave a row")


def failed(records: pa.RecordBatch, reason: str, detail: str) -> pa.Table:
    """Return rejects of records as a whole, all of them for one reason."""
    import pyarrow as pa

    reasons, details = (pa.repeat(text, records.num_rows) for text in (reason, detail))
    return _refused(records["record_no"], records, None, reasons, details)


def _refused(numbers: pa.Array | pa.ChunkedArray, records: pa.RecordBatch, relation: str | None,
             reasons: pa.Array | pa.ChunkedArray, details: pa.Array | pa.ChunkedArray) -> pa.Table:
    """Return rejects of the records with these numbers. They stay columns: of a file that is another's each is one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    at = pc.index_in(numbers, records["record_no"])
    at = at.combine_chunks() if isinstance(at, pa.ChunkedArray) else at
    columns = {"locator": records["locator"].take(at), "relation": pa.repeat(relation, len(at)), "reason": reasons,
               "detail": details, "byte_len": sizes(records).take(at)}
    return pa.table({"record_no": numbers, **{name: column.cast(schema("reject").field(name).type)
                                              for name, column in columns.items()}})


def reject_table(source_id: str, refused: Sequence[pa.Table]) -> pa.Table:
    """Return rejects in the columns of that relation, in the order of the records."""
    import pyarrow as pa
    import pyarrow.compute as pc

    tables = [table for table in refused if table.num_rows]
    if not tables:
        return schema("reject").empty_table()
    table = pa.concat_tables(tables)
    keyed = table.append_column("of", pc.fill_null(table["relation"], ""))
    table = table.take(pc.sort_indices(keyed, [(key, "ascending") for key in ("record_no", "of", "reason")]))
    table = table.append_column("source_id", pa.repeat(source_id, table.num_rows))
    return table.select(schema("reject").names)


def left_out(records: pa.RecordBatch, bad: pa.Table | None) -> tuple[pa.Table | None, pa.Table | None]:
    """Return the rejects of records refused as a whole, and locator and reason of those left out on purpose."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if bad is None or not bad.num_rows:
        return None, None
    unfit = bad.filter(pc.is_valid(bad["reason"]))
    left = bad.filter(pc.is_null(bad["reason"]))
    at = pc.index_in(left["record_no"], records["record_no"]).combine_chunks()
    none = pa.nulls(unfit.num_rows, pa.string())
    return (_refused(unfit["record_no"], records, None, unfit["reason"], none),
            pa.table({"locator": records["locator"].take(at), "reason": left["skip"]}))


def skip_table(source_id: str, skipped: pa.Table | None) -> pa.Table:
    """Return what was left out, in the columns of that relation, in the order of the records."""
    import pyarrow as pa

    if skipped is None:
        return schema("skip").empty_table()
    named = skipped.append_column("source_id", pa.repeat(source_id, skipped.num_rows))
    return named.select(schema("skip").names).cast(schema("skip"))
