"""One file as a connector reads it: batches of records ready to be normalised, with their decoded parts.

For the cases of connectors and for whoever tries one on a file; the pipeline composes the same pieces with custody.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from evidence.connector import Connector
from evidence.connector.settings import apart
from evidence.ingest import readers
from evidence.ingest.readers import decoders
from evidence.ingest.readers.base import Batch, Options, Reject
from evidence.store import zips

if TYPE_CHECKING:
    import pyarrow as pa


def feed(connector: Connector, path: Path, given: Mapping[str, str] | None = None, encoding: str | None = None
         ) -> Iterator[tuple[pa.RecordBatch, pa.Table | None, list[Reject]]]:
    """Yield the records of a file, their parts where the connector has a decoder, and what the reader refused.

    ``given`` are the options of the source, as texts. A folder is read as a ZIP with its files.

    Raises:
        OSError: the file cannot be opened.
    """
    options = Options.of(connector, encoding=encoding, key=b"case", apart=apart(connector, given or {}))
    data = content(path)
    for batch in readers.read(lambda: io.BytesIO(data), options):
        records = to_arrow(batch, path.name)
        yield records, decoders.parts(records, connector, given), _rejects(batch)


def content(path: Path) -> bytes:
    """Return the bytes of a file, or of a ZIP with the files of a folder."""
    if not path.is_dir():
        return path.read_bytes()
    return zips.pack({one.relative_to(path).as_posix(): one.read_bytes() for one in path.rglob("*") if one.is_file()})


def to_arrow(batch: Batch, name: str) -> pa.RecordBatch:
    """Return the records of a batch in the columns that the normaliser takes; ``name`` stands for the file."""
    import pyarrow as pa

    return pa.record_batch({
        "record_no": pa.array(batch.numbers, pa.int64()),
        "locator": pa.array([f"{name}{batch.member}#{number}" for number in batch.numbers], pa.string()),
        "raw": pa.array([text.decode("utf-8") for text in batch.texts], pa.string()),
        "record_hash": pa.array([hashlib.sha256(text).hexdigest() for text in batch.texts], pa.string()),
        **({name: batch.columns[name].chunk(0) for name in batch.columns.column_names} if batch.columns else {})})


def _rejects(batch: Batch) -> list[Reject]:
    stopped = [Reject(-1, batch.stop, batch.stop_detail)] if batch.stop else []
    return [*batch.rejects, *stopped]
