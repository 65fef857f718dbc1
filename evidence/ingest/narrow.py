"""Tables without the columns that have one value in all rows: these are held as that value, and mostly it is none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pyarrow as pa


class Narrow(NamedTuple):
    """Rows: the columns whose values differ, in the order of their names, and the one value of each of the others."""

    table: pa.Table
    alike: Mapping[str, pa.Scalar]

    def varying(self, names: Iterable[str]) -> list[str]:
        """Return those of some columns whose values differ, in their order."""
        return [name for name in names if name not in self.alike]

    def with_columns(self, names: Iterable[str]) -> pa.Table:
        """Return the table with some of the other columns as well."""
        import pyarrow as pa

        columns = {name: self.table[name] for name in self.table.column_names}
        columns |= {name: pa.repeat(self.alike[name], self.table.num_rows) for name in names}
        return pa.table({name: columns[name] for name in sorted(columns)})

    def whole(self, schema: pa.Schema) -> pa.Table:
        """Return the table with all columns of a schema that has no more of them."""
        return self.with_columns(self.alike).select(schema.names)


def narrow(table: pa.Table, schema: pa.Schema, required: Collection[str]) -> Narrow:
    """Return rows as columns of a schema, copied: a column that an engine handed out keeps all its neighbours alive.

    A column of the schema that the table leaves out has no value.

    Raises:
        KeyError: the table has a column that the schema has not, or leaves out one that is required.
    """
    import pyarrow as pa

    given = set(table.column_names)
    if wrong := (given - set(schema.names)) | (set(required) - given):
        raise KeyError(f"columns that are not as they must be: {', '.join(sorted(wrong))}")
    columns: dict[str, pa.Array] = {}
    alike: dict[str, pa.Scalar] = {}
    for field in schema:
        if field.name not in given:
            alike[field.name] = pa.scalar(None, field.type)
            continue
        column = table[field.name].cast(field.type)
        if _is_alike(column):
            alike[field.name] = _copied(column.slice(0, 1), field.type)[0]
        else:
            columns[field.name] = _copied(column, field.type)
    if not columns:
        columns[field.name] = pa.repeat(alike.pop(field.name), table.num_rows)
    return Narrow(pa.table({name: columns[name] for name in sorted(columns)}), alike)


def _copied(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    return pa.concat_arrays([*column.chunks, pa.array([], kind)])


def _is_alike(column: pa.ChunkedArray) -> bool:
    import pyarrow.compute as pc

    if column.null_count:
        return bool(column.null_count == len(column))
    first = column[0]
    return bool(first == column[-1] and first == column[len(column) // 2] and pc.all(pc.equal(column, first)).as_py())


def common(alike: Sequence[Mapping[str, pa.Scalar]]) -> dict[str, pa.Scalar]:
    """Return the columns that have one value in several tables, and the same in each."""
    first, *others = alike
    return {name: value for name, value in first.items()
            if all(name in other and value.equals(other[name]) for other in others)}


def joined(parts: Sequence[Narrow]) -> Narrow:
    """Return the rows of several tables, one after the other."""
    import pyarrow as pa

    alike = common([part.alike for part in parts])
    tables = [part.with_columns(name for name in part.alike if name not in alike) for part in parts]
    return Narrow(pa.concat_tables(tables), alike)
