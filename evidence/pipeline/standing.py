"""What an ingest makes of files whose raw bytes are a tombstone: their rows stand, or are counted as lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from typing import Final

from evidence.connector import Connector
from evidence.ingest.custody import AGAIN
from evidence.ingest.job import FileJob, FileOutcome
from evidence.model import Company
from evidence.pipeline.one_file import refuse
from evidence.store import Store
from evidence.store.current import Current, current
from evidence.store.ledger import ERASED, Receipt
from evidence.store.segments import rows_key
from evidence.store.vault import Kept

_SAME: Final = sorted({f.name for f in fields(FileOutcome)} & {f.name for f in fields(Receipt)} - {"event"})


def standing(store: Store, company: Company, load: Mapping[str, Connector], before: Sequence[Receipt],
             every: Sequence[FileOutcome], graves: Collection[str]) -> list[FileOutcome]:
    """Return the outcomes of an ingest so far, and one for each file that is a tombstone (``graves``: their hashes).

    Rows that were made before stay in use. Where a segment is missing, or has the columns of another version, nothing
    can make it again: the file is unreadable for good, with that reason. Bytes that lie in a folder again are not read.
    """
    sources = {source.id: source for source in company.sources if source.connector in load}
    rules = {one.rules_digest for one in every if one.rules_digest}
    again = {(one.source_id, one.kept.sha256): one.path for one in every if one.reason == AGAIN}
    found = {}
    for entry in current(before, sources):
        last = entry.latest
        if last.file_sha256 in graves and last.reason != AGAIN:
            source = sources[last.source_id]
            job = FileJob(store.root, last.path, source, load[source.connector], store.catalogs(), kept=_kept(last),
                          known=((last.file_sha256, last.observed_at),))
            key = (last.source_id, last.file_sha256)
            found[key] = _one(store, job.pinned(last.file_sha256), entry, rules, again.get(key))
    return [*(one for one in every if (one.source_id, one.kept.sha256) not in found), *found.values()]


def _one(store: Store, job: FileJob, entry: Current, rules: set[str], again: str | None) -> FileOutcome:
    last = entry.latest
    said = store.vault.epitaph(last.file_sha256) or ""
    if again:
        said += f"; it lies in {again} again, from where nothing was read: take it away"
    if not all(store.segments.usable(key) for key in (last.segment, last.findings, last.people) if key):
        return replace(refuse(job, ERASED, f"{said}; its rows are gone, and nothing can make them again"),
                       tombstone=True)
    if last.reason == ERASED:
        said += "; its rows are gone, and nothing can make them again"
    elif rows_key(last.file_sha256, job.source, job.connector.digest) != last.segment or (
            last.rules_digest and rules and last.rules_digest not in rules):
        said += "; its rows stay as an earlier connector, setting or rule pack made them"
    same = {name: getattr(last, name) for name in _SAME}
    return FileOutcome(kept=_kept(last), detail=said, tombstone=True, **same)


def _kept(last: Receipt) -> Kept:
    return Kept(last.file_sha256, last.bytes, last.stored_sha256, last.stored_bytes, last.codec)
