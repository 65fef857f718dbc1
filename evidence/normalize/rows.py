"""What a statement gave, made into rows of its relation: with what they take over from their record, without texts."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from evidence.fields import issuer_name
from evidence.normalize.statements import OF_RECORD, Query
from evidence.normalize.texts import hashes
from evidence.relations import Relation, schema

if TYPE_CHECKING:
    import pyarrow as pa


_ISSUERS = ("issuer", "user_issuer")


def placed(table: pa.Table, records: pa.RecordBatch, source_id: str) -> pa.Table:
    """Put into rows what they take over from their record; a row of no record is none.

    Whatever a statement says of the issuer is put into the spelling in which evidence.yaml is read.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    own = {name: records[name] for name in OF_RECORD if name != "source_id"}
    if not same(table["record_no"].combine_chunks(), records["record_no"]):
        at = pc.index_in(table["record_no"], records["record_no"])
        if at.null_count:
            table, at = table.filter(pc.is_valid(at)), pc.drop_null(at)
        own = {name: column.take(at.combine_chunks()) for name, column in own.items()}
    own["source_id"] = pa.repeat(source_id, table.num_rows)
    own["native_id"] = pc.coalesce(table["native_id"], own["record_hash"])
    own |= {name: _issuers(table[name]) for name in _ISSUERS if name in table.column_names}
    return pa.table({**dict(zip(table.column_names, table.columns, strict=True)), **own})


def _issuers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return names of issuers in the one spelling. There are few of them, each in many rows."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.unique(column).drop_null()
    spelt = [issuer_name(name) for name in found.to_pylist()]
    if spelt == found.to_pylist():
        return column
    return pa.chunked_array([pa.array(spelt, column.type).take(pc.index_in(chunk, found)) for chunk in column.chunks])


def split(query: Query, table: pa.Table) -> tuple[pa.Table, list[pa.Table]]:
    """Take the transient texts out of a table and put their hashes in; return the texts as tables of their own."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = {name: table[name] for name in (*OF_RECORD, *query.columns)}
    texts: list[pa.Table] = []
    for field in query.texts:
        values = table[field]
        columns |= hashes(field, values)
        kept = table.select(["native_id", "ordinal", "locator", f"{field}_part", field])
        kept = kept.filter(pc.is_valid(values)) if values.null_count else kept
        texts.append(pa.table({
            "relation": pa.repeat(query.target.name, kept.num_rows),
            "native_id": kept["native_id"], "ordinal": kept["ordinal"],
            "field": pa.repeat(field, kept.num_rows), "locator": kept["locator"],
            "part": kept[f"{field}_part"], "text": kept[field]}))
    return pa.table(columns), texts


def whole(table: pa.Table, target: Relation) -> pa.Table:
    """Return rows with every column of their relation, in its order."""
    import pyarrow as pa

    given = set(table.column_names)
    return pa.table({field.name: table[field.name] if field.name in given else pa.nulls(table.num_rows, field.type)
                     for field in schema(target.name)})


def all_among(numbers: pa.Array, tables: Collection[pa.Table]) -> bool:
    """Say whether each record gave a row in one of some tables."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pa.concat_arrays([pa.array([], pa.int64()), *(chunk for t in tables for chunk in t["record_no"].chunks)])
    return same(found, numbers) or bool(pc.all(pc.is_in(numbers, found), min_count=0).as_py())


def same(one: pa.Array, other: pa.Array) -> bool:
    """Say whether each record gave one row, in order, which is how it mostly is, and quickly told."""
    return len(one) == len(other) and bool(one.equals(other))
