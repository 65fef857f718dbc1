"""The pass over one file: read, decode, normalize, scan, in one go and in bounded memory.

Pure: the same bytes under the same connector, settings and rules give the same segment, wherever and whenever it runs.
"""

from __future__ import annotations

import hashlib
from typing import Any

from evidence.errors import SourceError
from evidence.ingest import custody
from evidence.ingest.job import FileJob, FileOutcome
from evidence.masking import Scanner
from evidence.pipeline.file_pass import FilePass
from evidence.store.segments import Segments, findings_key, rows_key
from evidence.store.vault import Kept, Vault

DIED = "process_died"
TRY_AGAIN = frozenset({custody.CHANGED, custody.UNREADABLE, DIED})
"""Reasons that lie with the moment and not with the bytes: the next ingest tries again."""


def ingest_one(job: FileJob, scanner: Scanner | None = None) -> FileOutcome:
    """Take one file into custody and derive its segments, those that do not exist yet.

    Raises:
        ConfigError: the connector is wrong. What is wrong with the file is in the outcome.
    """
    home = job.root / ".evidence"
    vault, segments = Vault(home / "vault"), Segments(home / "segments")
    try:
        held = (custody.from_vault(vault, job.kept) if job.kept else
                custody.receive(job.root / job.path, vault if job.keep else None))
    except custody.ChangedError as error:
        return refuse(job, custody.CHANGED, error.message, error.kept)
    except SourceError as error:
        return refuse(job, custody.UNREADABLE, error.message)
    job = job.pinned(held.kept.sha256)
    key = rows_key(held.kept.sha256, job.source, job.connector.digest)
    found = findings_key(key, scanner.rules_digest) if scanner else None
    facts, scanned = segments.manifest(key), segments.manifest(found) if found else None
    if facts is None or (found and scanned is None):
        work = FilePass(job, held, scanner, segments)
        try:
            facts = work.derive(key, found, facts)
        except custody.ChangedError as error:
            return refuse(job, custody.CHANGED, error.message, held.kept)
    return _outcome(job, held.kept, facts, found, scanner)


def refuse(job: FileJob, reason: str, detail: str | None = None, kept: Kept | None = None) -> FileOutcome:
    """Return the outcome of a file that could not be read at all, with a segment that holds nothing but the reject."""
    kept = kept or job.kept or Kept(hashlib.sha256(f"{job.source.id}\0{job.path}".encode()).hexdigest(), 0)
    segments = Segments(job.root / ".evidence" / "segments")
    # Not the key of the rows: when the file can be read, that one must still be free.
    key = findings_key(rows_key(kept.sha256, job.source, job.connector.digest), reason)
    facts = segments.manifest(key) or FilePass(job, None, None, segments).refused(key, kept, reason, detail)
    return _outcome(job, kept, facts, None, None)


def _outcome(job: FileJob, kept: Kept, facts: dict[str, Any], found: str | None,
             scanner: Scanner | None) -> FileOutcome:
    names = ("state", "reason", "detail", "lines", "records", "rejects", "blanks", "skips", "rows_out", "first_time",
             "last_time")
    observed = job.source.observed_at.isoformat() if job.source.observed_at else None
    return FileOutcome(path=job.path, source_id=job.source.id, connector=job.connector.id,
                       connector_digest=job.connector.digest, kept=kept, segment=facts["key"], findings=found,
                       rules_digest=scanner.rules_digest if scanner else None, observed_at=observed,
                       **{name: facts[name] for name in names})
