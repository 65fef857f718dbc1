"""Everything that lies in the company's folders, into custody and into segments."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from evidence import connector as connectors
from evidence.connector import Connector
from evidence.connector.settings import settings
from evidence.ingest import custody, discover
from evidence.ingest.job import FileJob, FileOutcome, IngestSummary
from evidence.ingest.pool import Pool
from evidence.masking import Scanner
from evidence.model import Company
from evidence.pipeline.one_file import DIED, TRY_AGAIN, ingest_some, refuse
from evidence.store import Store, disk
from evidence.store.current import current
from evidence.store.ledger import RECEIVED, REREAD, WITHDRAWN, Receipt
from evidence.store.vault import Kept

Progress = Callable[[int, int], None]
Group = tuple[FileJob, ...]
ScannerFactory = Callable[[], Scanner | None]
_IN_PROCESS: Final = 32 << 20
"""So little is read without further processes: starting one takes longer."""
_TOGETHER: Final = 8 << 20
_MANY: Final = 64


def ingest(store: Store, company: Company, *, received_at: datetime, jobs: int = 2, progress: Progress | None = None,
           scanner: ScannerFactory | None = None) -> IngestSummary:
    """Take in every file that evidence.yaml names, and write a line in the ledger for each that is new.

    Args:
        store: the company's store.
        company: evidence.yaml.
        received_at: the instant written in the ledger.
        jobs: processes that read files.
        progress: called with files done and files there are.
        scanner: makes the scanner, once in each process; by default that of the rule packs in evidence.yaml.

    Raises:
        ConfigError: evidence.yaml or a connector is wrong. A file that cannot be read is in the summary.
        CustodyError: the ledger contradicts itself, or another ingest is under way.
    """
    from evidence import masking

    known = {s.connector: connectors.load(s.connector, store.catalogs()) for s in company.sources}
    for source in company.sources:
        settings(known[source.connector], source.options, source.id)
    rules = company.policies.masking
    scanner = scanner or partial(masking.load, rules.packs, key=store.key("finding"), allow=rules.allow,
                                 cache=store.runs / "scanner")
    at = received_at.astimezone(UTC).isoformat(timespec="microseconds")
    _ready.clear()  # rule packs may have been edited since the last ingest of this process
    with disk.only_one(store.lock):
        repaired = store.ledger.repair(at)
        store.segments.sweep()
        store.vault.sweep()
        before = store.ledger.receipts()
        queue, refused = _queue(store, company, known, before)
        here = [*_run(queue, scanner, jobs, progress), *refused]
        seen = {(outcome.source_id, outcome.kept.sha256) for outcome in here}
        every = [*here, *_run(_from_vault(store, company, known, before, seen), scanner, jobs, None)]
        marked = _mark(sorted(every, key=lambda o: (o.source_id, o.path)), before)
        marked += _withdrawn(store.root, before, company)
        store.vault.settle(outcome.kept.sha256 for outcome in marked if outcome.event != "known")
        store.ledger.append(_receipt(outcome, at) for outcome in marked if outcome.event != "known")
        named = {outcome.source_id for outcome in every}
        missing = sorted(s.id for s in company.sources if s.required and s.id not in named)
        now = {(e.latest.source_id, e.latest.file_sha256) for e in current(store.ledger.receipts(), named)}
        shown = [o for o in marked if o.event == WITHDRAWN or (o.source_id, o.kept.sha256) in now]
        return IngestSummary(tuple(shown), tuple(missing), company.thresholds.max_reject_share, repaired,
                             store.ledger.head()[0])


def _queue(store: Store, company: Company, load: Mapping[str, Connector], before: Sequence[Receipt]
           ) -> tuple[list[FileJob], list[FileOutcome]]:
    """Return the files to read, and those that are refused unread."""
    make = partial(FileJob, store.root, catalogs=store.catalogs(), keep=company.ingest.vault == "full")
    known: dict[tuple[str, str], tuple[tuple[str, str | None], ...]] = {}
    for r in before:
        known[r.source_id, r.path] = (*known.get((r.source_id, r.path), ()), (r.file_sha256, r.observed_at))
    jobs: list[FileJob] = []
    refused: list[FileOutcome] = []
    for source, path, error in discover.files(store.root, company):
        connector = load[source.connector]
        job = make(path, source, connector, known=known.get((source.id, path), ()), secret=_secret(store, connector))
        if error:
            refused.append(refuse(job, custody.UNREADABLE, error.message))
        else:
            jobs.append(dataclasses.replace(job, size=(store.root / path).stat().st_size))
    return jobs, refused


def _from_vault(store: Store, company: Company, load: Mapping[str, Connector], before: Sequence[Receipt],
                seen: set[tuple[str, str]]) -> list[FileJob]:
    """Return what was received once and lies there no longer: it may have to be read again, from the vault."""
    sources = {source.id: source for source in company.sources}
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
                                secret=_secret(store, connector)))
    return jobs


def _secret(store: Store, connector: Connector) -> bytes:
    """Return the key with which a connector's secret fields are hashed, where it has any."""
    return store.key("record") if connector.secrets.hash else b""


def _run(queue: Sequence[FileJob], factory: ScannerFactory, jobs: int, progress: Progress | None) -> list[FileOutcome]:
    """Return the outcome of each job, in their order. A process that dies costs the file that killed it."""
    groups = _together(queue)
    work = partial(_work, factory)
    few = jobs <= 1 or len(groups) < 2 or sum(job.size for job in queue) < _IN_PROCESS
    answers = ((n, work(group)) for n, group in enumerate(groups)) if few else _pool(work, jobs, groups)
    outcomes: dict[int, list[FileOutcome]] = {}
    for number, found in answers:
        outcomes[number] = found or [
            one for _, alone in sorted(_pool(work, jobs, [(job,) for job in groups[number]])) for one in alone]
        if progress:
            progress(sum(map(len, outcomes.values())), len(queue))
    return [outcome for number in sorted(outcomes) for outcome in outcomes[number]]


def _pool(work: Callable[[Group], list[FileOutcome]], jobs: int, groups: Sequence[Group]
          ) -> Iterator[tuple[int, list[FileOutcome]]]:
    return Pool(work, _died, min(jobs, len(groups))).run(groups)


def _together(queue: Sequence[FileJob]) -> list[Group]:
    """Put small files of one source together, in their order: most of the cost of a small file is its start."""
    groups: list[list[FileJob]] = []
    room = 0
    for job in queue:
        if not groups or job.size > room or len(groups[-1]) >= _MANY or groups[-1][0].source.id != job.source.id:
            groups.append([])
            room = _TOGETHER
        groups[-1].append(job)
        room -= job.size
    return [tuple(group) for group in groups]


_ready: dict[str, Scanner | None] = {}


def _work(factory: ScannerFactory, group: Group) -> list[FileOutcome]:
    """Read some files, in whatever process; a scanner is made once in each (a factory sent there is a new one)."""
    name = repr(factory)
    if name not in _ready:
        _ready[name] = factory()
    return ingest_some(group, _ready[name])


def _died(group: Group) -> list[FileOutcome]:
    """Answer for a process that died: of several files nobody knows which it was, and each is tried alone."""
    return [refuse(group[0], DIED, "the process that read it was ended, for want of memory perhaps")
            ] if len(group) == 1 else []


def _mark(outcomes: Sequence[FileOutcome], before: Sequence[Receipt]) -> list[FileOutcome]:
    """Say of each outcome what it is to the ledger: received, reread or known."""
    seen = {(r.source_id, r.path, r.file_sha256): r for r in before if r.event != WITHDRAWN}
    marked = []
    for outcome in outcomes:
        last = seen.get((outcome.source_id, outcome.path, outcome.kept.sha256))
        event = RECEIVED
        if last:
            same = (last.segment, last.findings) == (outcome.segment, outcome.findings or last.findings)
            event = "known" if same else REREAD
        marked.append(dataclasses.replace(outcome, event=event))
    return marked


def _withdrawn(root: Path, before: Sequence[Receipt], company: Company) -> list[FileOutcome]:
    """Return what could not be read and lies there no longer, so that the month is not incomplete for ever."""
    gone = []
    for entry in current(before, (source.id for source in company.sources)):
        last = entry.latest
        if last.state == "unreadable":
            kept = Kept(last.file_sha256, last.bytes)
            gone += [FileOutcome(path, last.source_id, last.connector, last.connector_digest, kept, last.segment,
                                 event=WITHDRAWN, reason=last.reason)
                     for path in sorted(entry.paths) if not (root / path).is_symlink() and not (root / path).exists()]
    return gone


def _receipt(outcome: FileOutcome, at: str) -> Receipt:
    kept = outcome.kept
    same = ("event", "path", "source_id", "connector", "connector_digest", "segment", "findings", "rules_digest",
            "state", "reason", "lines", "records", "rejects", "blanks", "skips", "rows_out", "first_time", "last_time",
            "observed_at")
    return Receipt(file_sha256=kept.sha256, bytes=kept.bytes, stored_sha256=kept.stored_sha256, codec=kept.codec,
                   stored_bytes=kept.stored_bytes, received_at=at, **{name: getattr(outcome, name) for name in same})
