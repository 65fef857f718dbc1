"""Scan files as they lie on disk: text of any kind, and text columns of Parquet; for use beside the pipeline.

A file is read in rows of lines, about 64 KB each, that end at a line break, so that a finding has an offset in the file
and memory stays small whatever its size. A value over the edge of two rows is found by reading the last 8 KB of a row
once more with the next one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from evidence.errors import SourceError, Where

if TYPE_CHECKING:
    import pyarrow as pa

    from evidence.masking import Scanner

ROW_BYTES = 64 << 10
OVERLAP = 8 << 10
BATCH_ROWS = 512
CELLS = 2048


class Stream(Protocol):
    """What is read in pieces."""

    def read(self, size: int, /) -> bytes:
        """Return up to so many bytes, none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class FileFinding:
    """A finding in a file.

    ``line`` counts from 1 (0 in Parquet); ``offset`` is in bytes from the start of the file, or of the cell that
    ``cell`` names (``column[row]``).
    """

    path: str
    cell: str
    line: int
    offset: int
    length: int
    entity: str
    entity_class: str
    rule_id: str
    confidence_milli: int
    flag: str | None
    value_hmac: str


def inside(root: Path) -> list[Path]:
    """Return the file itself, or the files below a folder in the order of their paths; links are not followed.

    Raises:
        SourceError: there is no such path, or a folder cannot be listed.
    """
    if not root.exists():
        raise SourceError("there is no such file or folder", where=Where(str(root)))
    if not root.is_dir():
        return [root]
    found: list[Path] = []

    def fail(error: OSError) -> None:
        raise SourceError(f"the folder cannot be listed: {error.strerror}", where=Where(str(error.filename))) from error

    for folder, _, names in os.walk(root, onerror=fail):
        found += (path for name in names if (path := Path(folder, name)).is_file() and not path.is_symlink())
    return sorted(found)


def scan_file(scanner: Scanner, path: Path) -> Iterator[FileFinding]:
    """Yield the findings of one file; ``.parquet`` is read by its text columns, everything else as text.

    Raises:
        SourceError: the file cannot be read.
    """
    try:
        if path.suffix == ".parquet":
            yield from _parquet(scanner, path)
        else:
            with path.open("rb") as stream:
                yield from scan_stream(scanner, stream, str(path))
    except OSError as error:
        raise SourceError(f"the file cannot be read: {error}", where=Where(str(path))) from error


def scan_stream(scanner: Scanner, stream: Stream, name: str) -> Iterator[FileFinding]:
    """Yield the findings of a stream of bytes, such as standard input, under the name given."""
    import pyarrow as pa

    seen_to = 0
    for batch in _batches(_rows(stream)):
        table = scanner.scan(pa.array([row.text for row in batch], pa.large_binary())).to_pylist()
        for found in table:
            row = batch[found["row"]]
            offset = row.offset + found["off_bytes"]
            at_edge = row.more and found["off_bytes"] + found["len_bytes"] == len(row.text)
            if offset < seen_to or at_edge:
                continue
            seen_to = offset + found["len_bytes"]
            line = row.line + row.text.count(b"\n", 0, found["off_bytes"])
            yield _finding(name, "", line, offset, found)


@dataclass(frozen=True, slots=True)
class _Row:
    """A stretch of a file: its text, where it starts, in which line, and whether more follows."""

    text: bytes
    offset: int
    line: int
    more: bool


def _rows(stream: Stream) -> Iterator[_Row]:
    """Cut a stream into rows at line breaks; each row begins with the end of the one before."""
    offset, line, held = 0, 1, b""
    while True:
        block = stream.read(ROW_BYTES)
        text = held + block
        if not block:
            if text or offset == 0:
                yield _Row(text, offset, line, more=False)
            return
        cut = text.rfind(b"\n") + 1
        cut = cut if cut > len(held) else len(text)
        yield _Row(text[:cut], offset, line, more=True)
        keep = max(0, cut - OVERLAP)
        keep = text.rfind(b"\n", 0, keep) + 1 or keep
        line += text.count(b"\n", 0, keep)
        offset, held = offset + keep, text[keep:]


def _batches(rows: Iterator[_Row]) -> Iterator[list[_Row]]:
    batch: list[_Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def _parquet(scanner: Scanner, path: Path) -> Iterator[FileFinding]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        names = [field.name for field in file.schema_arrow if _is_text(field.type)]
        first = 0
        for batch in file.iter_batches(batch_size=CELLS, columns=names):
            for name in names:
                column = batch.column(name)
                texts = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
                for found in scanner.scan(texts).to_pylist():
                    yield _finding(str(path), f"{name}[{first + found['row']}]", 0, found["off_bytes"], found)
            first += batch.num_rows
    except pa.ArrowInvalid as error:
        raise SourceError(f"the file is not Parquet: {error}", where=Where(str(path))) from error


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    checks = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_binary,
              pa.types.is_large_binary)
    return any(check(kind.value_type if pa.types.is_dictionary(kind) else kind) for check in checks)


def _finding(path: str, cell: str, line: int, offset: int, found: dict[str, Any]) -> FileFinding:
    return FileFinding(path, cell, line, offset, found["len_bytes"], found["entity_type"], found["entity_class"],
                       found["rule_id"], found["confidence_milli"], found["flag"], found["value_hmac"])
