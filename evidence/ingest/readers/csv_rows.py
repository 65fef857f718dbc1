"""CSV as it is exported: a header line, rows that may span lines; each record is a JSON object of texts."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, cast

import orjson

from evidence.ingest.readers.base import BATCH_ROWS, CUT, LARGE, Batch, Options, Packed, written
from evidence.ingest.readers.csv_blocks import Rows, Shape
from evidence.ingest.readers.csv_header import AGAIN, OTHER, PREFACE, again, delimiter_of, header_of
from evidence.ingest.readers.lines import blocks
from evidence.ingest.readers.quick import strings
from evidence.ingest.readers.streams import Readable

if TYPE_CHECKING:
    import pyarrow as pa

_FIELD = 16 << 20
"""The longest cell, unless records may be longer than they mostly may."""
_TOGETHER = 512 << 10
_FEWEST = 4 << 10
_FIRST = 64 << 10
"""How many bytes are tried at once, at most, at least and to begin with."""
_MANY = BATCH_ROWS // 4
"""Where they are more rows than this, fewer bytes are tried the next time."""
_WORTH = 16
_PAUSE = 64
"""Where that gave fewer rows than are worth it, as many at most are read one by one before it is tried again."""
_ALONE = 1000
"""Rows that came alone are put together when they are as many."""
_NONE = Rows(0, 0, doubt=False)


class _Text:
    """The lines of a stream with their ends, as text; bytes that are no UTF-8 become lone surrogates to be found.

    Between two rows those that need no parser can be taken from here at once.
    """

    def __init__(self, source: Readable, limit: int) -> None:
        self._blocks, self._limit = blocks(source, limit), limit
        self._block = b""
        self._at = 0
        self._together, self._pause, self._wait = _FIRST, 0, 0
        self.used = 0
        self.too_long = False

    def __iter__(self) -> Iterator[str]:
        while True:
            while self._at < len(self._block):
                start, self._at = self._at, self._block.index(b"\n", self._at) + 1
                size = self._at - start
                self.used += size
                if size > self._limit + 1:
                    self.too_long = True
                    yield "\n"
                elif size > LARGE:
                    block, self._block, self._at = self._block, self._block[self._at:], 0
                    lines = [str(memoryview(block)[start:start + size], "utf-8", "surrogateescape")]
                    del block
                    yield lines.pop()
                else:
                    yield self._block[start:self._at].decode("utf-8", "surrogateescape")
            group = next(self._blocks, None)
            if group is None:
                return
            self._block, too_long, _ = group
            self._at = 0
            if too_long:
                self.used += too_long + 1
                self.too_long = True
                yield "\n"

    def ahead(self, shape: Shape) -> Rows:
        """Take the next rows that are beyond doubt, and return them as records.

        Of how many this is tried at once, and how soon again, depends on how it went before.
        """
        if self.too_long or self._wait:
            self._wait = max(self._wait - 1, 0)
            return _NONE
        end = self._block.rfind(b"\n", self._at, self._at + self._together) + 1
        found = shape.rows(self._block[self._at:end], self._limit) if end > self._at else _NONE
        self._at += found.used
        self.used += found.used
        if found.doubt:
            self._together = min(max(_FEWEST, 2 * found.used), _TOGETHER)
            self._pause = min(2 * self._pause + 1, _PAUSE) if found.rows < _WORTH else 0
            self._wait = self._pause + bool(found.rows)
        else:
            self._together = min(2 * self._together, _TOGETHER)
        if found.rows > _MANY:
            self._together = max(_FEWEST, found.used * _MANY // found.rows)
        return found


def read(source: Readable, options: Options) -> Iterator[Batch]:
    """Yield the rows of a CSV text in batches. Rows are numbered from 1; the header is not one of them.

    With ``columns`` declared the header must have each of them, in any order, and may have more. A line that a program
    writes before the header about the file itself (``#TYPE ...``, ``sep=;``) is passed over.
    """
    csv.field_size_limit(max(_FIELD, 2 * options.max_record // 3))
    text = _Text(source, options.max_record)
    given = iter(text)
    first = next((line for line in given if line.strip() and not PREFACE.fullmatch(line)), "")
    delimiter = delimiter_of(first, options)
    rows = csv.reader(chain([first], given), delimiter=delimiter, strict=True)
    columns, names, problem = header_of(rows, options)
    if problem:
        batch = Batch(stop=source.stop or problem[0], stop_detail=source.detail if source.stop else problem[1])
        while source.read():
            pass
        yield batch
        return
    records = _Records(options.apart, columns)
    # Of a single column a blank line is no row, and a mark beyond ASCII could be part of another character.
    mark = delimiter.encode() if len(columns) > 1 and delimiter.isascii() and delimiter not in '"\\\r\n' else b""
    shape = Shape(columns, mark, records.places) if mark else None
    parsed, other = _rows(rows, text), ""
    while True:
        if shape and (found := text.ahead(shape)).rows:
            records.together(found)
        else:
            row, size = next(parsed, (None, 0))
            if row is None:
                break
            odd = None if isinstance(row, str) else again(row, names)
            _take(records, row, columns, size, odd)
            if odd == OTHER:
                other = f"record {records.number} begins another table: make a file of each"
                break
            if size > LARGE:  # the parser keeps four times the memory of the longest cell that it has seen
                row, parsed = None, _rows(csv.reader(given, delimiter=delimiter, strict=True), text)
        if records.held >= options.batch_bytes or records.batch.lines >= BATCH_ROWS:
            yield records.done()
    batch = records.done()
    batch.stop, batch.stop_detail = (OTHER, other) if other else (source.stop, source.detail)
    batch.header = tuple(columns)
    if not batch.stop and batch.rejects and batch.rejects[-1].reason == CUT:
        batch.stop, batch.stop_detail = CUT, "a quoted field has no end"
    yield batch


def _rows(rows: Iterator[list[str]], text: _Text) -> Iterator[tuple[list[str] | str, int]]:
    """Yield each row, or the reason for which it is none, with the length of its lines."""
    while True:
        before = text.used
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            # Python's words for these are fixed and carry nothing of the row.
            words = str(error)
            reason = CUT if "unexpected end" in words else "field_too_long" if "larger" in words else "malformed_csv"
            yield reason, text.used - before
        else:
            too_long, text.too_long = text.too_long, False
            yield "line_too_long" if too_long else row, text.used - before


def _take(records: _Records, row: list[str] | str, columns: Sequence[str], size: int, odd: str | None) -> None:
    number, batch = records.next(), records.batch
    if odd == OTHER:
        batch.reject(number, odd, None, size)
    elif odd == AGAIN:
        batch.blanks += 1
    elif isinstance(row, str):
        batch.reject(number, row, None, size)
    elif not row or (len(row) == 1 and not row[0].strip()):
        batch.blanks += 1
    elif len(row) != len(columns):
        batch.reject(number, "wrong_number_of_fields", f"expected {len(columns)}, found {len(row)}", size)
    else:
        try:
            text = written(dict(zip(columns, row, strict=True)))
        except orjson.JSONEncodeError:
            wrong = next(name for name, value in zip(columns, row, strict=True)
                         if any("\ud800" <= char <= "\udfff" for char in value))
            batch.reject(number, "invalid_utf8", f"column {columns.index(wrong) + 1}", size)
        else:
            records.alone(text, row)


class _Records:
    """The records of a batch, in columns: their texts, and the fields that are wanted apart.

    Those that came together are kept so; of those that came alone, some are put together in between. ``held`` is about
    how many bytes all of that takes.
    """

    def __init__(self, wanted: Sequence[str], columns: Sequence[str]) -> None:
        """Say which fields are wanted, some of which the table may not have, and which columns it has."""
        self._names = ["raw", *(f"field{n}" for n, name in enumerate(wanted) if name in columns)]
        self._absent = [f"field{n}" for n, name in enumerate(wanted) if name not in columns]
        self.places = [columns.index(name) for name in wanted if name in columns]
        self.batch = Batch()
        self.number = self.held = 0
        self._pieces: list[pa.Table] = []
        self._alone: list[tuple[bytes, list[str]]] = []

    def next(self) -> int:
        """Count a row, and return its number."""
        self.number += 1
        self.batch.lines += 1
        return self.number

    def together(self, rows: Rows) -> None:
        """Take rows that came together."""
        import pyarrow as pa

        self._join()
        self._pieces.append(pa.table(list(rows.columns), self._names))
        self.batch.numbers += range(self.number + 1, self.number + 1 + rows.rows)
        self.batch.size += rows.columns[0].buffers()[2].size
        self.held += sum(column.nbytes for column in rows.columns)
        self.batch.lines += rows.rows
        self.number += rows.rows

    def alone(self, text: bytes, row: list[str]) -> None:
        """Take the row that was counted last."""
        self._alone.append((text, [row[place] for place in self.places]))
        self.batch.numbers.append(self.number)
        self.batch.size += len(text)
        self.held += len(text) + sum(len(row[place]) for place in self.places)
        if len(self._alone) == _ALONE:
            self._join()

    def _join(self) -> None:
        import pyarrow as pa

        if self._alone:
            texts, rows = zip(*self._alone, strict=True)
            fields = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
            self._pieces.append(pa.table([strings(texts), *fields], self._names))
            self._alone = []

    def done(self) -> Batch:
        """Return the batch, and begin the next one."""
        import pyarrow as pa

        self._join()
        batch, self.batch, self.held = self.batch, Batch(), 0
        batch.table = True
        if self._pieces:
            table, self._pieces = pa.concat_tables(self._pieces).combine_chunks(), []
            for name in self._absent:
                table = table.append_column(name, pa.nulls(table.num_rows, pa.string()))
            # It reads like a list, and nothing is added to it any more.
            batch.columns, batch.texts = table, cast("list[bytes]", Packed(table["raw"].chunk(0)))
        return batch
