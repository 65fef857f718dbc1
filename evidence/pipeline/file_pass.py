"""One file under way: batches of records in, tables of two segments out, every record accounted for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence import connector as connectors
from evidence.errors import CatalogSqlError, CustodyError, SourceError
from evidence.ingest import custody, readers, segment
from evidence.ingest.job import FileJob
from evidence.ingest.readers.base import WHOLE_FILE, Batch, Options, keys_of
from evidence.store.segments import Segments
from evidence.store.vault import Kept

if TYPE_CHECKING:
    import pyarrow as pa

    from evidence.masking import Scanner
    from evidence.normalize import Normalized, Normalizer

_SAMPLE = 100
_BOOKS = ("reject", "skip")


class RefusalError(Exception):
    """A file of which nothing can be used."""

    def __init__(self, reason: str, detail: str | None = None) -> None:
        """Say why, as a code and in words."""
        super().__init__(reason)
        self.reason, self.detail = reason, detail


def options_of(job: FileJob) -> Options:
    """Return how a connector's files are read; the encoding that evidence.yaml declares comes first."""
    reader, declared = job.connector.reader, job.source.encoding
    encoding = declared if declared != "utf-8" else reader.encoding
    return Options(reader.format, reader.records, reader.delimiter, encoding, reader.columns, job.max_record,
                   job.batch_bytes)


_last: dict[str, Normalizer] = {}


@contextmanager
def _normalizer(job: FileJob) -> Iterator[Normalizer]:
    """Yield the engine for a source. Opening one costs as much as reading a small file, so the last one is kept.

    One that failed is not.
    """
    from evidence.normalize import Normalizer

    source = job.source
    name = repr((job.connector.digest, str(job.connector.folder), source.id, source.issuer, source.options,
                 source.observed_at))
    engine = _last.pop(name, None)
    for other in list(_last):
        _last.pop(other).close()
    engine = engine or Normalizer(job.connector, source_id=source.id, issuer=source.issuer, options=source.options,
                                  observed_at=source.observed_at)
    with ExitStack() as undo:
        undo.callback(engine.close)
        yield engine
        undo.pop_all()
    _last[name] = engine


class FilePass:
    """One file under way."""

    def __init__(self, job: FileJob, held: custody.Held | None, scanner: Scanner | None, segments: Segments) -> None:
        """Name the file, how it is read, and where its segments go."""
        self._job, self._connector, self._held, self._options = job, job.connector, held, options_of(job)
        self._scanner, self._segments = scanner, segments
        self._rows: segment.Writer | None = None
        self._found: segment.Writer | None = None
        self._fits = False
        self._sha = held.kept.sha256 if held else ""
        self._count = dict.fromkeys(("lines", "blanks", "rejects", "skips", "texts", "fan_out"), 0)
        self._stop: tuple[str, str | None] | None = None

    def derive(self, key: str, found: str | None, facts: dict[str, Any] | None) -> dict[str, Any]:
        """Write the segments that are wanted and return the manifest of the rows."""
        if facts is not None and found and not facts["texts"]:
            with self._segments.make(found) as place:
                self._segments.write_manifest(place, found, {"relations": {}})
            return facts
        with ExitStack() as both:
            rows_place = both.enter_context(self._segments.make(key)) if facts is None else None
            found_place = both.enter_context(self._segments.make(found)) if found else None
            self._rows = segment.Writer(rows_place) if rows_place else None
            self._found = segment.Writer(found_place) if found_place else None
            refusal = self._run()
            if self._held:
                self._held.settle()
            if self._found and found and found_place:
                self._segments.write_manifest(found_place, found, {"relations": self._found.close()})
            return self._finish(rows_place, key, refusal) if rows_place else facts or {}

    def refused(self, key: str, kept: Kept, reason: str, detail: str | None) -> dict[str, Any]:
        """Write a segment that says why there is nothing."""
        self._sha = kept.sha256
        with self._segments.make(key) as place:
            self._rows = segment.Writer(place)
            return self._finish(place, key, RefusalError(reason, detail))

    def _run(self) -> RefusalError | None:
        assert self._held is not None
        if not self._held.kept.bytes:
            return RefusalError("empty_file")
        with _normalizer(self._job) as normalizer:
            try:
                for batch in readers.read(self._held.opener, self._options):
                    self._take(batch, normalizer)
            except RefusalError as refusal:
                return refusal
        return None

    def _take(self, batch: Batch, normalizer: Normalizer) -> None:
        if not batch.conserved:
            raise CustodyError(f"{self._job.path}: {batch.lines} lines do not add up to records, rejects and blanks")
        if batch.texts and not self._fits:
            self._recognise(batch)
        lines = [r for r in batch.rejects if r.number != WHOLE_FILE]
        for name, more in (("lines", batch.lines), ("blanks", batch.blanks), ("rejects", len(lines))):
            self._count[name] += more
        refused = [(r.number, r.reason, r.detail, r.byte_len) for r in batch.rejects]
        if batch.stop:
            refused.append((WHOLE_FILE, batch.stop, batch.stop_detail, None))
            self._stop = self._stop or (batch.stop, batch.stop_detail)
        self._reject(batch.member, refused)
        if batch.texts:
            self._normalize(self._records(batch), normalizer)

    def _recognise(self, batch: Batch) -> None:
        """Refuse a file of which none of the first records looks like the connector's."""
        seen = keys_of(batch.texts[:_SAMPLE])
        if any(self._connector.fits(keys) for keys in seen):
            self._fits = True
            return
        keys = seen[0]
        every = connectors.all_connectors(self._job.catalogs)
        near = min(every, key=lambda c: (not c.fits(keys), -len(keys & set(c.shape)), c.id))
        share = len(keys & set(near.shape))
        hint = f"nearest is {near.id}" if near.fits(keys) or share else "no connector is near"
        why = self._connector.fits(keys).why
        raise RefusalError("not_this_connector", f"expected {self._connector.id}: {why}; {hint}")

    def _reject(self, member: str, refused: list[tuple[int, str, str | None, int | None]]) -> None:
        import pyarrow as pa

        if refused and self._rows:
            numbers, reasons, details, sizes = (list(column) for column in zip(*refused, strict=True))
            where = [readers.locator(self._sha, member, number) for number in numbers]
            size = len(refused)
            self._rows.add("reject", pa.table(
                {"source_id": [self._job.source.id] * size, "locator": where, "relation": [None] * size,
                 "reason": reasons, "detail": details, "byte_len": sizes}, schema=segment.schema("reject")))

    def _records(self, batch: Batch) -> pa.RecordBatch:
        import pyarrow as pa

        prefix = f"{self._sha}{batch.member}#"
        return pa.record_batch({
            "record_no": pa.array(batch.numbers, pa.int64()),
            "locator": pa.array([f"{prefix}{number}" for number in batch.numbers], pa.string()),
            "raw": pa.array(batch.texts, pa.binary()).cast(pa.string()),
            "record_hash": pa.array([hashlib.sha256(text).hexdigest() for text in batch.texts], pa.string())})

    def _normalize(self, records: pa.RecordBatch, normalizer: Normalizer) -> None:
        """Keep what became of records; what the engine cannot take at once it gets in halves, then one by one."""
        from evidence.ingest.readers import recorded_http

        try:
            parts = recorded_http.parts(records, self._connector) if self._connector.decode else None
            result = normalizer.batch(records, parts)
        except (SourceError, MemoryError) as error:
            if records.num_rows > 1:
                middle = records.num_rows // 2
                self._normalize(records.slice(0, middle), normalizer)
                self._normalize(records.slice(middle), normalizer)
                return
            _, member, number = readers.parse_locator(records["locator"][0].as_py())
            size = len(records["raw"][0].as_py().encode())
            self._reject(member, [(number, "engine_gave_up", type(error).__name__, size)])
            self._count["rejects"] += 1
        else:
            self._conserve(records, result)
            self._keep(result)

    def _conserve(self, records: pa.RecordBatch, result: Normalized) -> None:
        """Check that each record gave a row, a reject or a skip, and count those that gave nothing but rejects."""
        import pyarrow as pa
        import pyarrow.compute as pc

        given = pa.chunked_array([c for t in (*result.rows.values(), result.skips) for c in t["locator"].chunks],
                                 pa.string())
        lost = records["locator"].filter(pc.invert(pc.is_in(records["locator"], value_set=given.combine_chunks())))
        rejected = pc.is_in(lost, value_set=result.rejects["locator"].combine_chunks())
        if not pc.all(rejected, min_count=0).as_py():
            first = lost.filter(pc.invert(rejected))[0].as_py()
            raise CatalogSqlError(f"{self._connector.id} gave neither row nor reject nor skip for record {first}")
        self._count["rejects"] += len(lost)

    def _keep(self, result: Normalized) -> None:
        import pyarrow.compute as pc

        if self._rows:
            for name, table in result.rows.items():
                self._rows.add(name, table)
            self._rows.add("reject", result.rejects)
            self._rows.add("skip", result.skips)
        self._count["skips"] += result.skips.num_rows
        self._count["fan_out"] += result.fan_out
        texts = result.texts.filter(pc.equal(result.texts["relation"], "exchange"))
        self._count["texts"] += texts.num_rows
        if self._scanner and self._found and texts.num_rows:
            scan(texts, self._scanner, self._job.source.id, self._found)

    def _finish(self, place: Path, key: str, refusal: RefusalError | None) -> dict[str, Any]:
        """Write the manifest: what was in the file, and what of it can be used."""
        assert self._rows is not None
        if refusal:
            self._rows = segment.Writer(place)
            self._count = dict.fromkeys(self._count, 0)
            self._stop = (refusal.reason, refusal.detail)
            self._reject("", [(WHOLE_FILE, refusal.reason, refusal.detail, None)])
        count = self._count
        records = count["lines"] - count["blanks"] - count["rejects"]
        if records == 0 and count["rejects"] and not self._stop:
            self._stop = ("no_record", "nothing in it could be used")
            self._reject("", [(WHOLE_FILE, *self._stop, None)])
        tables = self._rows.close()
        state = "read" if not self._stop else "partial" if records else "unreadable"
        events = {name: facts for name, facts in tables.items() if name not in _BOOKS}
        times = [(f["first"], f["last"]) for f in events.values() if f["first"]]
        first, last = min((t[0] for t in times), default=None), max((t[1] for t in times), default=None)
        return self._segments.write_manifest(place, key, {
            "file_sha256": self._sha, "source_id": self._job.source.id, "connector": self._connector.id,
            "connector_digest": self._connector.digest, "state": state, **count, "records": records,
            "reason": self._stop[0] if self._stop else None, "detail": self._stop[1] if self._stop else None,
            "rows_out": sum(f["rows"] for f in events.values()), "relations": tables,
            "first_time": first, "last_time": last})


def scan(texts: pa.Table, scanner: Scanner, source_id: str, found: segment.Writer) -> None:
    """Look into texts and add what was found, without the texts."""
    import pyarrow as pa

    column = texts["text"].combine_chunks()
    for name, table in zip(("finding", "placeholder"), scanner.read(column), strict=True):
        if not table.num_rows:
            continue
        context = texts.select(["locator", "native_id", "field"]).take(table["row"])
        columns = {c: table[c] for c in table.column_names if c != "row"} | {
            "locator": context["locator"], "exchange_ref": context["native_id"], "field": context["field"],
            "source_id": pa.array([source_id] * table.num_rows, pa.string())}
        if name == "finding":
            columns |= {c: pa.array([value] * table.num_rows, pa.string())
                        for c, value in (("rules_digest", scanner.rules_digest), ("engine", scanner.engine))}
        found.add(name, pa.table(columns))
