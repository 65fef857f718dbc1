"""The pass over files: read, decode, normalize, scan, in one go and in bounded memory.

Pure: the same bytes under the same connector, settings and rules give the same segment, wherever, whenever and beside
whatever else they are read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from evidence.errors import SourceError
from evidence.ingest import custody
from evidence.ingest.job import FileJob, FileOutcome, Refused
from evidence.masking import Scanner
from evidence.pipeline import group
from evidence.pipeline.file_pass import FilePass, Findings
from evidence.store.segments import Segments, findings_key, rows_key
from evidence.store.vault import Kept, Vault

DIED = "process_died"
RELATION = "exchange"
"""Records with texts fill it."""
TRY_AGAIN = frozenset({custody.CHANGED, custody.UNREADABLE, DIED})
"""Reasons that lie with the moment and not with the bytes: the next ingest tries again."""


def ingest_one(job: FileJob, scanner: Scanner | None = None) -> FileOutcome:
    """Take one file into custody and derive its segments, those that do not exist yet.

    Raises:
        ConfigError: the connector is wrong. What is wrong with the file is in the outcome.
    """
    return ingest_some([job], scanner)[0]


def ingest_some(jobs: Sequence[FileJob], scanner: Scanner | None = None) -> list[FileOutcome]:
    """Do the same for several files of one source, and return an outcome for each."""
    held: list[tuple[FileJob, custody.Held] | FileOutcome] = [_receive(job) for job in jobs]
    passes: dict[str, tuple[FilePass, custody.Held]] = {}
    keys: list[tuple[str, dict[str, Findings]]] = []
    try:
        for one in held:
            key, found = _keys(one, scanner)
            keys.append((key, found))
            if not isinstance(one, FileOutcome) and key not in passes:
                segments = Segments(one[0].root / ".evidence" / "segments")
                passes[key] = (FilePass(one[0], one[1].kept, segments, key, found), one[1])
        changed = _derive(passes, scanner)
    finally:
        for work, _ in passes.values():
            work.discard()
    outcomes = []
    for one, (key, found) in zip(held, keys, strict=True):
        if isinstance(one, FileOutcome):
            outcomes.append(one)
        elif key in changed:
            outcomes.append(refuse(one[0], custody.CHANGED, changed[key].message, one[1].kept))
        else:
            outcomes.append(_outcome(one[0], one[1].kept, passes[key][0].facts or {}, found, scanner))
    return outcomes


def _derive(passes: dict[str, tuple[FilePass, custody.Held]], scanner: Scanner | None
            ) -> dict[str, custody.ChangedError]:
    """Derive what is missing; return those whose file was not the same when it had been read."""
    alike: dict[str, list[tuple[FilePass, custody.Held]]] = {}
    for work, held in passes.values():
        if work.done:
            continue
        if not held.kept.bytes:
            work.refuse("empty_file")
        else:
            alike.setdefault(repr(work.job.source), []).append((work, held))
    for some in alike.values():
        group.derive(some, scanner)
    changed = {}
    for key, (work, held) in passes.items():
        try:
            held.settle()
        except custody.ChangedError as error:
            changed[key] = error
        else:
            work.finish()
    return changed


def _receive(job: FileJob) -> tuple[FileJob, custody.Held] | FileOutcome:
    vault = Vault(job.root / ".evidence" / "vault", job.vault_key)
    try:
        held = (custody.from_vault(vault, job.kept) if job.kept else
                custody.receive(job.file, vault, keep=job.keep, known=dict(job.known)))
    except custody.ChangedError as error:
        return refuse(job, custody.CHANGED, error.message, error.kept)
    except custody.ErasedError as error:
        return refuse(job, custody.AGAIN, error.message, error.kept)
    except SourceError as error:
        return refuse(job, custody.UNREADABLE, error.message)
    return job.pinned(held.kept.sha256), held


def _keys(one: tuple[FileJob, custody.Held] | FileOutcome, scanner: Scanner | None) -> tuple[str, dict[str, Findings]]:
    """Return the key of a file's rows, and what is to be found in its texts: by rules, and by the people known."""
    if isinstance(one, FileOutcome):
        return one.segment, {}
    job, held = one
    key = rows_key(held.kept.sha256, job.source, job.connector.digest)
    found = {"rules": Findings(findings_key(key, scanner.rules_digest), {})} if scanner else {}
    if scanner and scanner.people and RELATION in job.connector.relations:
        then = _then(job, held.kept.sha256, key, found["rules"].key)
        found["people"] = Findings(then, {}) if then else Findings(
            findings_key(key, scanner.people.digest), {"people": scanner.people.facts()})
    return key, found


def _then(job: FileJob, sha: str, rows: str, rules: str) -> str | None:
    """Return the findings of people that stay, though the list of people may be another today: see ``people.older``.

    What has to be read again for another reason is read with the list of today.
    """
    segments = Segments(job.root / ".evidence" / "segments")
    found = next((people for one, segment, people in job.older if (one, segment) == (sha, rows)), None)
    return found if found and None not in map(segments.manifest, (found, rules)) else None


def refuse(job: FileJob, reason: str, detail: str | None = None, kept: Kept | None = None) -> FileOutcome:
    """Return the outcome of a file that could not be read at all, with a segment that holds nothing but the reject."""
    kept = kept or job.kept or Kept(hashlib.sha256(f"{job.source.id}\0{job.path}".encode()).hexdigest(), 0)
    # Not the key of the rows: when the file can be read, that one must still be free.
    key = findings_key(rows_key(kept.sha256, job.source, job.connector.digest), reason)
    work = FilePass(job, kept, Segments(job.root / ".evidence" / "segments"), key)
    try:
        work.refuse(reason, detail)
        return _outcome(job, kept, work.finish(), {}, None)
    finally:
        work.discard()


def _outcome(job: FileJob, kept: Kept, facts: dict[str, Any], found: Mapping[str, Findings],
             scanner: Scanner | None) -> FileOutcome:
    names = ("state", "reason", "detail", "lines", "records", "rejects", "blanks", "skips", "rows_out", "fan_out",
             "first_time", "last_time")
    observed = job.source.observed_at.isoformat() if job.source.observed_at else None
    return FileOutcome(path=job.path, source_id=job.source.id, connector=job.connector.id,
                       connector_digest=job.connector.digest, kept=kept, segment=facts["key"],
                       findings=found["rules"].key if "rules" in found else None,
                       people=found["people"].key if "people" in found else None,
                       rules_digest=scanner.rules_digest if scanner else None, observed_at=observed,
                       refused=tuple(Refused(*one) for one in facts.get("refused", ())),
                       **{name: facts[name] for name in names})
