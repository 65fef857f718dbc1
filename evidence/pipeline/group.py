"""Several files of one source at a time through one engine: what a statement costs to run, it costs once for all.

A batch holds records of one large file or of many small ones; every row tells by its locator whose it is. What comes
out does not depend on who else was in the batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from evidence.errors import SourceError
from evidence.ingest.custody import Held
from evidence.ingest.job import FileJob
from evidence.ingest.readers.base import BATCH_BYTES, LARGE
from evidence.pipeline.file_pass import FilePass
from evidence.store.engine import give_back

if TYPE_CHECKING:
    import pyarrow as pa

    from evidence.masking import Scanner
    from evidence.normalize import Normalized, Normalizer

HASH: Final = 64

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
                                  observed_at=source.observed_at, whole=False)
    with ExitStack() as undo:
        undo.callback(engine.close)
        yield engine
        undo.pop_all()
    _last[name] = engine


def derive(passes: Sequence[tuple[FilePass, Held]], scanner: Scanner | None) -> None:
    """Read files of one source under the same settings and let each pass keep what is its own."""
    import pyarrow as pa

    if passes:
        # Tables come and go with every batch. The system's allocator keeps their memory for the next ones; the other
        # gives it back, and half a second of system time in three is spent on getting it again.
        pa.set_memory_pool(pa.system_memory_pool())
        with _normalizer(passes[0][0].job) as normalizer:
            _Group([one for one, _ in passes], normalizer, scanner).run([held for _, held in passes])


class _Group:
    """The files of one derivation, and the records of them, with their parts, that wait for the next batch."""

    def __init__(self, passes: Sequence[FilePass], normalizer: Normalizer, scanner: Scanner | None) -> None:
        self._passes = {one.sha: one for one in passes}
        self._normalizer, self._scanner = normalizer, scanner
        self._waiting: list[tuple[pa.RecordBatch, pa.Table | None]] = []
        self._rows = self._size = 0
        # Of records that a decoder has opened little is left but their texts, so that more of them fit into a batch.
        self._limit = 3 * BATCH_BYTES // 4 if normalizer.connector.decode else BATCH_BYTES // 2

    def run(self, helds: Sequence[Held]) -> None:
        import numpy as np
        import pyarrow as pa

        for one, held in zip(self._passes.values(), helds, strict=True):
            for records in one.batches(held.opener):
                numbers = pa.array(np.arange(self._rows, self._rows + records.num_rows))
                self._rows += records.num_rows
                if records.num_rows == 1 and records.nbytes > LARGE:  # together with others it would be copied
                    self._flush()
                    give_back()
                self._open(records.set_column(0, "record_no", numbers))
                if self._size >= self._limit:
                    self._flush()
        self._flush()

    def _open(self, records: pa.RecordBatch) -> None:
        """Let records wait with what is packed in them; those that cannot be opened at once are opened in halves."""
        from evidence.ingest.readers import decoders

        try:
            opened, parts = decoders.opened(records, self._normalizer.connector, self._normalizer.options)
        except (SourceError, MemoryError) as error:
            for half in self._halves(records, error):
                self._open(half)
        else:
            self._waiting.append((opened, parts))
            self._size += opened.nbytes + (parts.nbytes if parts else 0)

    def _flush(self) -> None:
        import pyarrow as pa

        if self._waiting:
            records = self._waiting[0][0]
            if len(self._waiting) > 1:
                named = [one.schema.names for one, _ in self._waiting]
                alike = [name for name in named[0] if all(name in names for names in named)]
                together = pa.Table.from_batches([records.select(alike) for records, _ in self._waiting])
                records = together.combine_chunks().to_batches()[0]
            parts = [table for _, table in self._waiting if table is not None]
            self._waiting, self._rows, self._size = [], 0, 0
            self._normalize(records, pa.concat_tables(parts) if parts else None)

    def _normalize(self, records: pa.RecordBatch, parts: pa.Table | None) -> None:
        """Distribute what became of records; what the engine cannot take at once it gets in halves, then singly."""
        import pyarrow.compute as pc

        try:
            result = self._normalizer.batch(records, parts)
        except (SourceError, MemoryError) as error:
            for half in self._halves(records, error):
                own = parts.filter(pc.is_in(parts["record_no"], half["record_no"])) if parts is not None else None
                self._normalize(half, own)
        else:
            self._distribute(records["locator"], result)

    def _halves(self, records: pa.RecordBatch, error: Exception) -> Iterator[pa.RecordBatch]:
        """Yield the two halves of records that were too much at once; one by itself is given up."""
        from evidence.normalize.books import sizes

        if records.num_rows > 1:
            middle = records.num_rows // 2
            yield records.slice(0, middle)
            yield records.slice(middle)
        else:
            locator, why = records["locator"][0].as_py(), type(error.__cause__ or error).__name__
            self._passes[locator[:HASH]].give_up(locator, sizes(records)[0].as_py(), f"too much even alone ({why})")

    def _distribute(self, locators: pa.Array, result: Normalized) -> None:
        import pyarrow.compute as pc

        wanted = pc.equal(result.texts["relation"], "exchange")
        texts = result.texts if pc.all(wanted).as_py() else result.texts.filter(wanted)
        rows = {name: _by_file(table) for name, table in result.rows.items() if table.num_rows}
        rejects, skips, own = _by_file(result.rejects), _by_file(result.skips), _by_file(texts)
        none = result.rejects.slice(0, 0), result.skips.slice(0, 0)
        for sha, place in _owners(locators):
            mine = {name: tables[sha] for name, tables in rows.items() if sha in tables}
            self._passes[sha].take(locators if place is None else locators.filter(place), mine,
                                   rejects.get(sha, none[0]), skips.get(sha, none[1]),
                                   own[sha].num_rows if sha in own else 0)
        if self._scanner and texts.num_rows and any(self._passes[sha].wants for sha in own):
            for kind, name, table in scan(texts, self._scanner, self._normalizer.source_id):
                for sha, part in _by_file(table).items():
                    self._passes[sha].found(kind, name, part)


def _by_file(table: pa.Table) -> dict[str, pa.Table]:
    """Return the rows of each file, in the order they have."""
    return {sha: table if place is None else table.filter(place) for sha, place in _owners(table["locator"])}


def _owners(locators: pa.Array | pa.ChunkedArray) -> Iterator[tuple[str, pa.Array | pa.ChunkedArray | None]]:
    """Yield the hash of each file in the order of its first locator, and which locators are of it: None for all."""
    import pyarrow.compute as pc

    if not len(locators):
        return
    first = locators[0].as_py()[:HASH]
    if pc.all(pc.starts_with(locators, first)).as_py():
        yield first, None
        return
    owners = pc.utf8_slice_codeunits(locators, 0, HASH)
    for sha in pc.unique(owners).to_pylist():
        yield sha, pc.equal(owners, sha)


def scan(texts: pa.Table, scanner: Scanner, source_id: str) -> Iterator[tuple[str, str, pa.Table]]:
    """Look into texts and yield (rules or people, relation, rows) of ``finding`` and ``placeholder``, without texts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from evidence.masking.directory import RULES

    column = texts["text"]
    findings, marks = scanner.read(column.chunk(0) if column.num_chunks == 1 else column.combine_chunks())
    found = [("rules", "finding", findings, scanner.rules_digest), ("rules", "placeholder", marks, "")]
    if scanner.people:
        of_people = pc.starts_with(findings["rule_id"], RULES)
        found[0] = ("rules", "finding", findings.filter(pc.invert(of_people)), scanner.rules_digest)
        found.append(("people", "finding", findings.filter(of_people), scanner.people.digest))
    for kind, name, table, digest in found:
        if not table.num_rows:
            continue
        context = texts.select(["locator", "native_id", "field"]).take(table["row"])
        columns = {c: table[c] for c in table.column_names if c != "row"} | {
            "locator": context["locator"], "exchange_ref": context["native_id"], "field": context["field"],
            "source_id": pa.array([source_id] * table.num_rows, pa.string())}
        if name == "finding":
            columns |= {c: pa.array([value] * table.num_rows, pa.string())
                        for c, value in (("rules_digest", digest), ("engine", scanner.engine))}
        yield kind, name, pa.table(columns)
