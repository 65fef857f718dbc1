"""One file under way: batches of records in, tables of two segments out, every record accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from evidence import connector as connectors
from evidence import digests
from evidence.connector import paths
from evidence.connector.settings import apart, settings
from evidence.errors import CatalogSqlError, CustodyError
from evidence.ingest import readers, segment
from evidence.ingest.job import FileJob, Refused
from evidence.ingest.readers.base import WHOLE_FILE, Batch, Options, Packed, values_of
from evidence.ingest.readers.foreign import tongue
from evidence.ingest.readers.quick import strings
from evidence.pipeline.recognise import SAMPLE, columns_of
from evidence.relations import schema
from evidence.store.segments import Segments
from evidence.store.vault import Kept

if TYPE_CHECKING:
    import pyarrow as pa

_BOOKS = ("reject", "skip")


class Findings(NamedTuple):
    """A segment of findings: its key, and what its manifest says of how they were found."""

    key: str
    facts: Mapping[str, Any]


class RefusalError(Exception):
    """A file of which nothing can be used."""

    def __init__(self, reason: str, detail: str | None = None) -> None:
        """Say why, as a code and in words."""
        super().__init__(reason)
        self.reason, self.detail = reason, detail


def options_of(job: FileJob) -> Options:
    """Return how a connector's files are read; the encoding that evidence.yaml declares comes first."""
    declared, source = job.source.encoding, job.source
    longest = source.max_record_mb << 20 if source.max_record_mb else job.max_record
    return Options.of(job.connector, encoding=declared if declared != "utf-8" else None, key=job.secret,
                      max_record=longest, batch_bytes=job.batch_bytes,
                      apart=apart(job.connector, settings(job.connector, source.options, source.id)))


class FilePass:
    """One file under way: its batches go out, what became of them comes back, and its segments are written.

    ``sha`` is the hash of its bytes, with which every locator of its records begins.
    """

    def __init__(self, job: FileJob, kept: Kept, segments: Segments, key: str,
                 found: Mapping[str, Findings] | None = None) -> None:
        """Name the file and where its segments go: the rows to ``key``, what is found in its texts to ``found``.

        What is found by rules and what is found by the dictionary of people are segments of their own.
        """
        self.job, self.sha, self._connector, self._options = job, kept.sha256, job.connector, options_of(job)
        self._segments, self._key = segments, key
        self.facts = segments.manifest(key)
        wanted = {kind: one for kind, one in (found or {}).items() if segments.manifest(one.key) is None}
        self.done = self.facts is not None and (not wanted or not self.facts["texts"])
        self._place = segments.begin(key) if self.facts is None else None
        self._rows = segment.Writer(self._place) if self._place else None
        self._found = {kind: (one, place, segment.Writer(place)) for kind, one in wanted.items()
                       for place in [segments.begin(one.key)]}
        self._fits = False
        self._misfit: RefusalError | None = None
        self._count = dict.fromkeys(("lines", "blanks", "rejects", "skips", "texts", "fan_out"), 0)
        self._reasons: dict[str, Refused] = {}
        self._stop: tuple[str, str | None] | None = None
        self._refusal: RefusalError | None = None

    @property
    def wants(self) -> bool:
        """Whether its texts have to be scanned."""
        return bool(self._found)

    def found(self, kind: str, name: str, table: pa.Table) -> None:
        """Keep what was found in its texts, if that is wanted."""
        if kind in self._found:
            self._found[kind][2].add(name, table)

    def refuse(self, reason: str, detail: str | None = None) -> None:
        """Give the file up: all that is kept of it is why."""
        self._refusal = RefusalError(reason, detail)

    def batches(self, opener: Callable[[], IO[bytes]]) -> Iterator[pa.RecordBatch]:
        """Yield the records of the file, having counted and booked what is none."""
        try:
            for batch in readers.read(opener, self._options):
                self._book(batch)
                if batch.texts:
                    yield from self._records(batch)
            if self._misfit:
                raise self._misfit
        except RefusalError as refusal:
            self._refusal = refusal

    def _book(self, batch: Batch) -> None:
        if not batch.conserved:
            raise CustodyError(f"{self.job.path}: {batch.lines} lines do not add up to records, rejects and blanks")
        if not self._fits and (batch.texts or batch.header):
            self._recognise(batch)
        if batch.header and not batch.stop:
            self._compare(batch)
        lines = [r for r in batch.rejects if r.number != WHOLE_FILE]
        for name, more in (("lines", batch.lines), ("blanks", batch.blanks), ("rejects", len(lines))):
            self._count[name] += more
        refused = [(r.number, r.reason, r.detail, r.byte_len) for r in batch.rejects]
        if batch.stop:
            said = ": ".join(filter(None, (readers.member_path(batch.member), batch.stop_detail))) or None
            refused.append((WHOLE_FILE, batch.stop, said, None))
            self._stop = self._stop or (batch.stop, said)
        self._reject(batch.member, refused)

    def _recognise(self, batch: Batch) -> None:
        """Refuse a file of which none of the first records looks like the connector's.

        In a ZIP one member that does is enough, wherever it stands. One with a column that evidence.yaml names does. A
        table without rows is the connector's if it has a column of its records, which proves nothing for other members.
        """
        named = self._named()
        records = values_of(batch.texts[:SAMPLE]) or [columns_of(batch, self._options)]
        if any(self._connector.fits(one, beside=True) or any(paths.at(one, name) is not paths.ABSENT for name in named)
               for one in records) or (not batch.texts and self._connector.nearness(records[0])):
            self._fits = bool(batch.texts)
            self._misfit = None
        elif self._misfit is None:
            record = records[0]
            every = [c for c in connectors.all_connectors(self.job.catalogs) if c.detect]
            near = min(every, key=lambda c: (not c.fits(record), -c.nearness(record), c.id))
            close = near.fits(record) or near.nearness(record)
            hint = f"nearest is {near.id}" if close else "no connector is near"
            why = self._connector.fits(record).why
            elsewhere = tongue(record) if batch.table else None
            said = filter(None, (f"expected {self._connector.id}: {why}", hint, elsewhere))
            self._misfit = RefusalError("not_this_connector", "; ".join(said))
        if self._misfit and not batch.member:
            raise self._misfit

    def _named(self) -> list[str]:
        """Return the columns that evidence.yaml names."""
        columns = self.job.source.options.get("columns") or {}
        return list(columns.values()) if isinstance(columns, Mapping) else []

    def _compare(self, batch: Batch) -> None:
        """Say which columns evidence.yaml names and a table does not have: what they hold would be missing unseen."""
        record = dict.fromkeys(batch.header, "")
        lost = [name for name in self._named() if paths.at(record, name) is paths.ABSENT]
        if lost and not self._misfit:
            batch.stop, batch.stop_detail = "missing_column", (
                f"evidence.yaml names {', '.join(lost)}, which this table does not have; mend the names there, or make"
                " files without these columns a source of their own")

    def _reject(self, member: str, refused: list[tuple[int, str, str | None, int | None]]) -> None:
        import pyarrow as pa

        if refused and self._rows:
            numbers, reasons, details, sizes = (list(column) for column in zip(*refused, strict=True))
            where = [readers.locator(self.sha, member, number) for number in numbers]
            size = len(refused)
            self._tally(reasons, where)
            self._rows.add("reject", pa.table(
                {"source_id": [self.job.source.id] * size, "locator": where, "relation": [None] * size,
                 "reason": reasons, "detail": details, "byte_len": sizes}, schema=schema("reject")))

    def give_up(self, locator: str, size: int, why: str) -> None:
        """Book a record that the engine cannot take."""
        _, member, number = readers.parse_locator(locator)
        self._reject(member, [(number, "engine_gave_up", why, size)])
        self._count["rejects"] += 1

    def _records(self, batch: Batch) -> Iterator[pa.RecordBatch]:
        """Yield the records of a batch, together or, where there is a large one, that one by itself and not copied."""
        import pyarrow as pa
        import pyarrow.compute as pc

        for first, last in batch.pieces():
            numbers = pa.array(batch.numbers[first:last], pa.int64())
            every = batch.texts
            texts = every.views(first, last) if isinstance(every, Packed) else every[first:last]
            columns = batch.columns.slice(first, last - first) if batch.columns else pa.table({
                "raw": strings(batch.texts[first:last])})
            yield pa.record_batch({
                "record_no": numbers,
                "locator": pc.binary_join_element_wise(f"{self.sha}{batch.member}#", numbers.cast(pa.string()), ""),
                "record_hash": digests.column(digests.sha256(texts)),
                **{name: columns[name].chunk(0) for name in columns.column_names}})

    def take(self, records: pa.Array, rows: Mapping[str, pa.Table], rejects: pa.Table, skips: pa.Table,
             texts: int) -> None:
        """Keep what became of some records (their locators), each of which must have given something.

        Raises:
            CatalogSqlError: the connector lost a record.
        """
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        given = pa.chunked_array([c for table in rows.values() for c in table["locator"].chunks], pa.string())
        if len(given) == len(records) and not skips.num_rows and given.equals(pa.chunked_array([records])):
            self._keep(rows, rejects, skips, {"texts": texts})
            return
        at, left_out = (pc.index_in(column, records) for column in (given, skips["locator"]))
        if at.null_count or left_out.null_count:
            raise CatalogSqlError(f"{self._connector.id} gave rows for a record that is not among those it was given")
        served = np.zeros(len(records), dtype=bool)
        served[at.to_numpy()] = True
        fan_out = len(given) - int(served.sum())
        served[left_out.to_numpy()] = True
        lost = records.filter(pa.array(~served))
        rejected = pc.is_in(lost, value_set=rejects["locator"].combine_chunks())
        if not pc.all(rejected, min_count=0).as_py():
            first = lost.filter(pc.invert(rejected))[0].as_py()
            raise CatalogSqlError(f"{self._connector.id} gave neither row nor reject nor skip for record {first}")
        self._keep(rows, rejects, skips, {"rejects": len(lost), "skips": skips.num_rows, "texts": texts,
                                          "fan_out": fan_out})

    def _keep(self, rows: Mapping[str, pa.Table], rejects: pa.Table, skips: pa.Table, counted: Mapping[str, int]
              ) -> None:
        for name, more in counted.items():
            self._count[name] += more
        if rejects.num_rows:
            self._tally(rejects["reason"].to_pylist(), rejects["locator"].to_pylist())
        if self._rows:
            for name, table in (*rows.items(), ("reject", rejects), ("skip", skips)):
                self._rows.add(name, table)

    def _tally(self, reasons: Sequence[str], locators: Sequence[str]) -> None:
        """Count why records were refused, and keep the first of each reason; what is about the whole file is none."""
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for reason, locator in zip(reasons, locators, strict=True):
            place, _, text = locator.rpartition("#")
            if (number := int(text)) != WHOLE_FILE:
                times, first = found.get((reason, place), (0, number))
                found[reason, place] = times + 1, min(first, number)
        for (reason, place), (times, number) in found.items():
            member = readers.member_path(readers.parse_locator(f"{place}#{number}")[1])
            known = self._reasons.get(reason) or Refused(reason, 0, number, member)
            first = min(known.first, number) if known.member == member else known.first
            self._reasons[reason] = known._replace(times=known.times + times, first=first)

    def _refused(self) -> list[Refused]:
        return sorted(self._reasons.values(), key=lambda one: (-one.times, one.reason))

    def finish(self) -> dict[str, Any]:
        """Write the segments that are wanted and return the manifest of the rows."""
        for one, place, writer in self._found.values():
            tables = (segment.Writer(place) if self._refusal else writer).close()
            self._segments.commit(place, one.key, {"relations": tables, **one.facts})
        if self._rows and self._place:
            self.facts = self._segments.commit(self._place, self._key, self._manifest(self._rows, self._place))
        return self.facts or {}

    def discard(self) -> None:
        """Leave nothing half behind; what was finished stays."""
        for place in (self._place, *(place for _, place, _ in self._found.values())):
            if place:
                self._segments.discard(place)

    def _manifest(self, rows: segment.Writer, place: Path) -> dict[str, Any]:
        """Return what was in the file, and what of it can be used."""
        if self._refusal:
            rows = self._rows = segment.Writer(place)
            self._reasons.clear()
            self._count = dict.fromkeys(self._count, 0)
            self._stop = (self._refusal.reason, self._refusal.detail)
            self._reject("", [(WHOLE_FILE, *self._stop, None)])
        count = self._count
        records = count["lines"] - count["blanks"] - count["rejects"]
        if records == 0 and count["rejects"] and not self._stop:
            why = self._refused()[0].reason
            self._stop = ("no_record", f"nothing in it could be used, mostly for {why}" if why != "malformed_json" else
                          "nothing in it is JSON, and this connector reads " + " or ".join(self._options.formats))
            self._reject("", [(WHOLE_FILE, *self._stop, None)])
        tables = rows.close()
        state = "read" if not self._stop else "partial" if records else "unreadable"
        events = {name: facts for name, facts in tables.items() if name not in _BOOKS}
        times = [(f["first"], f["last"]) for f in events.values() if f["first"]]
        first, last = min((t[0] for t in times), default=None), max((t[1] for t in times), default=None)
        reason, detail = self._stop or (None, None)
        rows_out = sum(f["rows"] for f in events.values())
        if records - count["skips"] + count["fan_out"] != rows_out:
            raise CustodyError(f"{self.job.path}: {records} records, {count['skips']} left out and {count['fan_out']}"
                               f" rows beyond the first do not add up to {rows_out} rows")
        return {"file_sha256": self.sha, "source_id": self.job.source.id, "connector": self._connector.id,
                "connector_digest": self._connector.digest, "state": state, **count, "records": records,
                "reason": reason, "detail": detail, "refused": self._refused(), "rows_out": rows_out,
                "relations": tables, "first_time": first, "last_time": last}
