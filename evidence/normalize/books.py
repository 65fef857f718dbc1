"""The books of a batch: which rows were refused, and the table of rejects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from evidence.relations import schema

if TYPE_CHECKING:
    import pyarrow as pa


class Refused(NamedTuple):
    """A record, or rows of it, that give no row of a relation, and why. Never text of the record."""

    locator: str
    byte_len: int
    relation: str | None
    reason: str
    detail: str | None


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


def refusals(relation: str, bad: pa.Table, records: pa.RecordBatch) -> Iterable[tuple[int, Refused]]:
    """Return one entry for each record and reason, however many rows of it were refused."""
    if not bad.num_rows:
        return []
    import pyarrow.compute as pc

    keys = ("record_no", "locator", "why_refused")
    counted = Counter(zip(*(bad[key].to_pylist() for key in keys), strict=True))
    places = pc.index_in(bad["record_no"].combine_chunks(), records["record_no"])
    lengths = sizes(records).take(places).to_pylist()
    of_number = dict(zip(bad["record_no"].to_pylist(), lengths, strict=True))
    return [(number, Refused(locator, of_number[number], relation, why, f"{count} rows" if count > 1 else None))
            for (number, locator, why), count in counted.items()]


def reject_table(source_id: str, refused: Iterable[tuple[int, Refused]]) -> pa.Table:
    """Return rejects in the columns of that relation, in the order of the records."""
    import pyarrow as pa

    ordered = [item for _, item in sorted(refused, key=lambda pair: (pair[0], pair[1].relation or "", pair[1].reason))]
    return pa.table({"source_id": [source_id] * len(ordered), "locator": [item.locator for item in ordered],
                     "relation": [item.relation for item in ordered], "reason": [item.reason for item in ordered],
                     "detail": [item.detail for item in ordered], "byte_len": [item.byte_len for item in ordered]},
                    schema=schema("reject"))


def left_out(records: pa.RecordBatch, bad: pa.Table | None) -> tuple[list[tuple[int, Refused]], list[tuple[str, str]]]:
    """Return the records that were refused as a whole, and locator and reason of those that are left out on purpose."""
    import pyarrow.compute as pc

    unfit: list[tuple[int, Refused]] = []
    skipped: list[tuple[str, str]] = []
    if bad is not None:
        places = pc.index_in(bad["record_no"], records["record_no"]).combine_chunks()
        found = (bad["record_no"], bad["reason"], bad["skip"], records["locator"].take(places),
                 sizes(records).take(places))
        for number, reason, skip, locator, size in zip(*(column.to_pylist() for column in found), strict=True):
            if reason is not None:
                unfit.append((number, Refused(locator, size, None, reason, None)))
            else:
                skipped.append((locator, skip))
    return unfit, skipped


def skip_table(source_id: str, skipped: Sequence[tuple[str, str]]) -> pa.Table:
    """Return what was left out, in the columns of that relation, in the order of the records."""
    import pyarrow as pa

    columns = {"source_id": [source_id] * len(skipped), "locator": [locator for locator, _ in skipped],
               "reason": [reason for _, reason in skipped]}
    return pa.table(columns, schema=schema("skip"))
