"""Which files an ingest has to read: those in the folders, what is piped in, and what the vault alone still holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import IO

from evidence.connector import Connector
from evidence.errors import UsageError
from evidence.ingest import custody, discover
from evidence.ingest.job import FileJob, FileOutcome
from evidence.model import Company
from evidence.pipeline.one_file import TRY_AGAIN, refuse
from evidence.store import Store, pulled
from evidence.store.current import current
from evidence.store.ledger import Receipt
from evidence.store.vault import Kept

Stream = tuple[str, IO[bytes]]
Older = Mapping[tuple[str, str], Receipt]
"""What stays as an earlier list of people was looked for in it, by source and hash."""


def queued(store: Store, company: Company, load: Mapping[str, Connector], before: Sequence[Receipt], older: Older
           ) -> tuple[list[FileJob], list[FileOutcome]]:
    """Return the files to read, and those that are refused unread."""
    make = partial(FileJob, store.root, catalogs=store.catalogs(), keep=company.ingest.vault != "hashes_only",
                   vault_key=store.vault.key)
    known: dict[tuple[str, str], tuple[tuple[str, str | None], ...]] = {}
    for r in before:
        known[r.source_id, r.path] = (*known.get((r.source_id, r.path), ()), (r.file_sha256, r.observed_at))
    for source in company.sources:  # a pulled page was observed when its receipt says, whatever was known before
        for path, seen in pulled.observed(store.register, source.id).items():
            known[source.id, path] = (*known.get((source.id, path), ()), seen)
    jobs: list[FileJob] = []
    refused: list[FileOutcome] = []
    for source, path, error in discover.files(store.root, company):
        connector = load[source.connector]
        mine = known.get((source.id, path), ())
        job = make(path, source, connector, known=mine, secret=_secret(store, connector),
                   older=_older(older, source.id, (sha for sha, _ in mine)))
        if error:
            said = f"{error.message}; {error.advice}" if error.advice else error.message
            refused.append(refuse(job, custody.UNREADABLE, said))
        else:
            jobs.append(dataclasses.replace(job, size=(store.root / path).stat().st_size))
    return jobs, refused


@contextmanager
def piped(store: Store, company: Company, load: Mapping[str, Connector], stream: Stream | None
           ) -> Iterator[list[FileJob]]:
    """Yield the job for what comes by standard input; beside the vault nothing of it stays.

    Raises:
        UsageError: evidence.yaml has no such source.
    """
    if stream is None:
        yield []
        return
    source = next((one for one in company.sources if one.id == stream[0]), None)
    if source is None:
        raise UsageError(f"evidence.yaml has no source {stream[0]!r}",
                         advice="known: " + ", ".join(sorted(one.id for one in company.sources)))
    place, sha = custody.take_stream(stream[1], store.home / "incoming")
    try:
        connector = load[source.connector]
        yield [FileJob(store.root, f"stdin/{sha[:16]}", source, connector, store.catalogs(), place=place,
                       keep=company.ingest.vault != "hashes_only", size=place.stat().st_size,
                       secret=_secret(store, connector), vault_key=store.vault.key)]
    finally:
        place.unlink()


def from_vault(store: Store, company: Company, load: Mapping[str, Connector], before: Sequence[Receipt],
               seen: set[tuple[str, str]], older: Older) -> list[FileJob]:
    """Return what was received once and lies there no longer: it may have to be read again, from the vault."""
    sources = {source.id: source for source in company.sources if source.connector in load}
    jobs = []
    for entry in current(before, sources):
        last = entry.latest
        if ((last.source_id, last.file_sha256) not in seen and last.reason not in TRY_AGAIN
                and store.vault.has(last.file_sha256)):
            kept = Kept(last.file_sha256, last.bytes, last.stored_sha256, last.stored_bytes, last.codec)
            source = sources[last.source_id]
            connector = load[source.connector]
            jobs.append(FileJob(store.root, min(entry.paths), source, connector, store.catalogs(), kept=kept,
                                known=((last.file_sha256, last.observed_at),), size=last.bytes,
                                secret=_secret(store, connector), vault_key=store.vault.key,
                                older=_older(older, last.source_id, (last.file_sha256,))))
    return jobs


def _older(older: Older, source_id: str, hashes: Iterable[str]) -> tuple[tuple[str, str, str], ...]:
    found = (older.get((source_id, sha)) for sha in dict.fromkeys(hashes))
    return tuple((r.file_sha256, r.segment, r.people) for r in found if r and r.people)


def _secret(store: Store, connector: Connector) -> bytes:
    """Return the key with which a connector's secret fields are hashed, where it has any."""
    return store.key("record") if connector.secrets.hash else b""
