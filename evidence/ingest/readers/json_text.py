"""JSON as it is exported: one object, an array, pages, an object on each line, or objects one after the other.

Which of these a file is, is told from its first lines. Each record keeps the text it came with.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from evidence.connector import paths
from evidence.ingest.readers.base import BATCH_ROWS, CUT, Batch, Judge, Options
from evidence.ingest.readers.documents import SPACE, Unit, documents
from evidence.ingest.readers.lines import split
from evidence.ingest.readers.long_texts import Long, View, page
from evidence.ingest.readers.pages import Element, Place
from evidence.ingest.readers.quick import objects
from evidence.ingest.readers.streams import Plain, Pushed, Readable
from evidence.ingest.readers.structure import Over, dense, unended

_HEAD: Final = 1 << 20
_LONG: Final = 1 << 20
_SPARSE: Final = 24
"""A long record may have one value for so many bytes that a record may have: one takes a hundred when it is judged."""


def read(source: Readable, options: Options) -> Iterator[Batch]:
    """Yield the records of a JSON text in batches; the last batch says where the stream stopped, if it did."""
    head = source.read()
    while len(head) < _HEAD and (more := source.read()):
        head += more
    pushed = Pushed(head, source)
    sink = _Sink(options)
    if _is_lines(head[:_HEAD]):
        yield from _lines(pushed, options, sink)
    else:
        for unit in documents(pushed, options.max_record, page=sink.pages):
            if unit.long:
                yield from sink.long(unit.long, "record_too_long", cut=unit.cut)
            else:
                sink.take(unit)
            if sink.full:
                yield sink.flush()
    sink.batch.stop = source.stop or sink.stop
    sink.batch.stop_detail = source.detail if source.stop else sink.detail
    yield sink.flush()


class _Sink:
    """Judges units, opens pages, numbers what comes out."""

    def __init__(self, options: Options) -> None:
        self._places = tuple(Place(path, options.carry) for path in options.records if path != ".")
        self._paths = tuple(path for path in options.records if path != ".")
        self._names = {place.levels[0][0] for place in self._places}
        self._alone = "." in options.records
        self._size, self._limit = options.batch_bytes, options.max_record
        self._number = 0
        self.batch = Batch()
        self.stop: str | None = None
        self.detail: str | None = None

    @property
    def pages(self) -> bool:
        """Whether a text may be a page of records."""
        return bool(self._places)

    @property
    def full(self) -> bool:
        """Whether the batch is large enough to be handed on."""
        return self.batch.size >= self._size or self.batch.lines >= BATCH_ROWS

    def take_group(self, texts: list[bytes], size: int, limit: int) -> bool:
        """Take lines, so many bytes, as a batch of records beyond doubt; return false where one has to be looked at.

        Nothing may be in the batch yet.
        """
        import pyarrow as pa

        longest = max(map(len, texts))
        if not self._alone or (longest > min(limit, _LONG) and self._doubtful(texts, limit)):
            return False
        if texts[0].endswith(b"\r"):
            texts = [text.removesuffix(b"\r") for text in texts]
        column = objects(texts, self._names)
        if column is None:
            return False
        numbers = [*range(self._number + 1, self._number + 1 + len(texts))]
        self.batch = Batch(lines=len(texts), numbers=numbers, texts=texts, size=size, columns=pa.table({"raw": column}))
        self._number += len(texts)
        return True

    def _doubtful(self, texts: list[bytes], limit: int) -> bool:
        return any(len(text) > limit or self._dense(text) for text in texts)

    def _dense(self, text: bytes) -> bool:
        return len(text) > _LONG and dense(text, self._limit // _SPARSE)

    def flush(self) -> Batch:
        batch, self.batch = self.batch, Batch()
        return batch

    def take(self, unit: Unit) -> None:
        if unit.wrong:
            self._count()
            self.batch.reject(self._number, unit.wrong, None, unit.size)
        elif unit.cut:
            self._cut(unit.text)
        elif not (text := unit.text.strip(SPACE)):
            self._count()
            self.batch.blanks += 1
        elif unit.last and isinstance(found := Judge.look(text), tuple) and found[0] == CUT:
            self._cut(text)
        else:
            self._judge(text, top=True)

    def long(self, text: Long, wrong: str, *, last: bool = False, cut: bool = False) -> Iterator[Batch]:
        """Take a long text: a page record by record, in batches, anything else at once unless it is too long."""
        view = text.view()
        if self._places and last and text.size > self._limit:
            cut = cut or unended(view)
        found = page(view, self._places) if self._places and not cut else None
        if isinstance(found, Place):
            yield from self._elements(found, view)
        elif text.size <= self._limit:
            self.take(Unit(text.read(0, text.size), last=last, cut=cut))
        elif cut:
            self.stop, self.detail = CUT, "what stands last has no end"
            before = self._number
            for place in self._places:
                yield from self._elements(place, view)
                if self._number > before:
                    return
            self._count()
            self.batch.reject(self._number, CUT, None, text.size)
        else:
            self._count()
            self.batch.reject(self._number, *(found or (wrong, None)), text.size)

    def _elements(self, place: Place, text: View) -> Iterator[Batch]:
        for element in place.elements(text):
            self._element(element)
            if self.full:
                yield self.flush()

    def _count(self) -> None:
        self._number += 1
        self.batch.lines += 1

    def _judge(self, text: bytes, *, top: bool) -> None:
        if not top and (len(text) > self._limit or isinstance(text, Over)):
            self._count()
            self.batch.reject(self._number, "record_too_long", None, text.size if isinstance(text, Over) else len(text))
            return
        value = ("too_many_values", None) if self._dense(text) else Judge.look(text)
        if isinstance(value, tuple):
            self._refuse(text, *value)
            return
        place = next((p for p in self._places if p.there(value)), None) if top else None
        if place is not None:
            for element in place.elements(text):
                self._element(element)
        elif not top or self._alone:
            self._count()
            self.batch.add(self._number, text)
        elif not any(paths.at(value, path) is None for path in self._paths):  # null: a page that says it is empty
            self._refuse(text, "no_records_key", "none of " + ", ".join(self._paths))

    def _element(self, element: Element) -> None:
        if element.lost:
            self._refuse(element.text, "no_records_key", "none of " + ", ".join(self._paths))
        elif element.whole:
            self._judge(element.text, top=False)
        else:
            self._refuse(element.text, CUT, None)

    def _refuse(self, text: bytes, reason: str, detail: str | None) -> None:
        self._count()
        self.batch.reject(self._number, reason, detail, len(text))

    def _cut(self, text: bytes) -> None:
        """Take a document without its end: the whole elements of its page, then the rest as a reject."""
        self.stop, self.detail = CUT, "what stands last has no end"
        rest = text.strip(SPACE)
        for place in self._places:
            elements = list(place.elements(text))
            if not elements:
                continue
            for element in elements:
                self._element(element)
            rest = b""
            break
        if rest:
            self._refuse(rest, CUT, None)


def _is_lines(head: bytes) -> bool:
    """Tell one object per line from documents that span lines, by the first one.

    A document that spans lines is whole, or whole as far as it goes. A broken line is neither: what follows it does not
    continue it. What has neither an end nor a line end in sight is taken for a long line.
    """
    start = head.lstrip(SPACE)
    if start[:1] == b"[":
        return False
    line, end, _ = start.partition(b"\n")
    if start[:1] != b"{" or not isinstance(Judge.look(line.strip(SPACE)), tuple):
        return True
    first = next(iter(documents(Pushed(head, Plain(io.BytesIO)), len(head))), Unit())
    whole = first.long.read(0, first.long.size) if first.long else first.text
    found = Judge.look(whole.strip(SPACE))
    return isinstance(found, tuple) and not (end and first.cut and found[0] == CUT)


def _lines(source: Readable, options: Options, sink: _Sink) -> Iterator[Batch]:
    """Take lines in groups where none of a group needs to be looked at, else one by one."""
    for group, size, long, last in _groups(source, options, page=sink.pages):
        if group and sink.batch.lines:
            yield sink.flush()
        if group and not sink.take_group(group, size, options.max_record):
            for text in group:
                if len(text) > options.max_record:
                    alone = Long(options.max_record, page=sink.pages)
                    alone.write(text)
                    yield from sink.long(alone, "line_too_long", last=last)
                else:
                    sink.take(Unit(text, last=last))
                if sink.full:
                    yield sink.flush()
        if long:
            yield from sink.long(long, "line_too_long", last=last)
        if sink.full:
            yield sink.flush()


def _groups(source: Readable, options: Options, *, page: bool
            ) -> Iterator[tuple[list[bytes], int, Long | None, bool]]:
    """Yield lines in groups of at most a batch, or of one line, and how many bytes these are.

    A long line comes by itself. The last line of the stream comes by itself too where it has no end, which is said.
    """
    group: list[bytes] = []
    size = 0
    for texts, long, last in split(source, options.max_record, page=page):
        if long or last:
            yield group, size, None, False
            yield ([], 0, long, last) if long else (texts, sum(map(len, texts)), None, True)
            group, size = [], 0
        if last:
            return
        ends = [0, *accumulate(map(len, texts))]
        start = 0
        while start < len(texts):
            room = bisect_right(ends, ends[start] + options.batch_bytes - size) - 1
            stop = min(max(room, start + (not group)), start + BATCH_ROWS - len(group))
            group += texts[start:stop]
            size += ends[stop] - ends[start]
            start = stop
            if start < len(texts):
                yield group, size, None, False
                group, size = [], 0
    yield group, size, None, False
