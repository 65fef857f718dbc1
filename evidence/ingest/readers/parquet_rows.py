"""Parquet: each row a JSON object, row group by row group. Whole numbers and times keep every digit.

Times are texts with every digit, and with their zone where the column says that they are instants; what is NULL is left
out; bytes are base64; maps are objects.
"""

from __future__ import annotations

import base64
import math
import shutil
import tempfile
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, Any, Final

import orjson

from evidence.ingest.readers.base import BATCH_ROWS, Batch, Options, written

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

MAGIC: Final = b"PAR1"
_ROWS: Final = 1000
_SPOOL: Final = 32 << 20
_BUFFER: Final = 16 << 20
"""Bytes of all columns that are read ahead; without a number, it is all that a row group has of them."""
_VALUE: Final = 64
"""Bytes that a value takes at least."""
_AT_ONCE: Final = 16 << 20
"""Bytes of columns that are made rows at once, as far as the footer tells how long they are."""
Plain = Callable[[Any], Any]


def read(opener: Callable[[], IO[bytes]], options: Options) -> Iterator[Batch]:
    """Yield the rows of a file, numbered from 1."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    batch, number = Batch(), 0
    try:
        with opener() as raw, tempfile.SpooledTemporaryFile(_SPOOL) as held:
            # The footer is at the end: a stream that cannot go back is held where nobody else finds it.
            source = raw if raw.seekable() else held
            if source is held:
                shutil.copyfileobj(raw, held, 1 << 20)
            width = pq.read_metadata(source).num_columns
            file = pq.ParquetFile(source, buffer_size=max(1 << 12, min(1 << 16, _BUFFER // max(1, width))))
            for rows in _pieces(file):
                for row in _rows(rows):
                    number += 1
                    batch.lines += 1
                    if isinstance(row, bytes) and len(row) > options.max_record:
                        batch.reject(number, "record_too_long", None, len(row))
                    elif isinstance(row, bytes):
                        batch.add(number, row)
                    else:
                        batch.reject(number, *row)
                    if batch.size >= options.batch_bytes or batch.lines >= BATCH_ROWS:
                        yield batch
                        batch = Batch()
    except (pa.ArrowException, OSError, ValueError, EOFError) as error:
        batch.stop, batch.stop_detail = "damaged_parquet", f"after row {number}: {type(error).__name__}"
    yield batch


def _pieces(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    """Yield the rows in pieces, of fewer rows where these are long or have many columns."""
    for number in range(file.num_row_groups):
        group = file.metadata.row_group(number)
        each = max(1, group.total_byte_size // max(1, group.num_rows), _VALUE * group.num_columns)
        yield from file.iter_batches(batch_size=max(1, min(_ROWS, _AT_ONCE // each)), row_groups=[number])


def _rows(batch: pa.RecordBatch) -> Iterator[bytes | tuple[str, None]]:
    kinds = [(field.name, _texts(field.type)) for field in batch.schema]
    makers = [(name, _plain(kind)) for name, kind in kinds]
    columns = [column.cast(kind) for column, (_, kind) in zip(batch.columns, kinds, strict=True)]
    for values in zip(*(column.to_pylist() for column in columns), strict=True):
        row = {name: make(value) for (name, make), value in zip(makers, values, strict=True) if value is not None}
        try:
            yield written(row)
        except (TypeError, orjson.JSONEncodeError):
            yield "not_json", None


def _plain(kind: pa.DataType) -> Plain:
    """Return what makes values of a type fit for JSON."""
    import pyarrow.types as t

    if t.is_struct(kind):
        inner = {kind.field(n).name: _plain(kind.field(n).type) for n in range(kind.num_fields)}
        return lambda value: {name: inner[name](one) for name, one in value.items() if one is not None}
    if t.is_map(kind):
        item = _plain(kind.item_type)
        return lambda value: {name: item(one) for name, one in value if one is not None}
    if t.is_list(kind):
        element = _plain(kind.value_type)
        return lambda value: [None if one is None else element(one) for one in value]
    if t.is_binary(kind) or t.is_large_binary(kind) or t.is_fixed_size_binary(kind):
        return lambda value: base64.b64encode(value).decode()
    if t.is_floating(kind):
        return lambda value: value if math.isfinite(value) else str(value)
    return lambda value: value


def _texts(kind: pa.DataType) -> pa.DataType:
    """Return the same type with every leaf that JSON has no word for as text."""
    import pyarrow as pa
    import pyarrow.types as t

    if t.is_timestamp(kind) or t.is_date(kind) or t.is_time(kind) or t.is_decimal(kind) or t.is_duration(kind):
        return pa.string()
    if t.is_dictionary(kind):
        return _texts(kind.value_type)
    if t.is_struct(kind):
        return pa.struct([pa.field(kind.field(n).name, _texts(kind.field(n).type)) for n in range(kind.num_fields)])
    if t.is_map(kind):
        return pa.map_(pa.string(), _texts(kind.item_type))
    if t.is_list(kind) or t.is_large_list(kind) or t.is_fixed_size_list(kind):
        return pa.list_(_texts(kind.value_type))
    return kind
