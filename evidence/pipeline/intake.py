"""Everything that lies in the company's folders, into custody and into segments."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from evidence import connector as connectors
from evidence.connector import Connector
from evidence.connector.settings import settings
from evidence.ingest import custody
from evidence.ingest.job import FileJob, FileOutcome, IngestSummary
from evidence.ingest.pool import Pool
from evidence.masking import Scanner
from evidence.model import Company, Period
from evidence.pipeline import people
from evidence.pipeline.one_file import DIED, RELATION, ingest_some, refuse
from evidence.pipeline.queues import Older, Stream, from_vault, piped, queued
from evidence.pipeline.standing import standing
from evidence.store import Store, disk, erasures, packs
from evidence.store.current import current
from evidence.store.ledger import ERASED, RECEIVED, REREAD, WITHDRAWN, Receipt
from evidence.store.vault import Kept

Progress = Callable[[int, int], None]
Group = tuple[FileJob, ...]
ScannerFactory = Callable[[], Scanner | None]
_IN_PROCESS: Final = 32 << 20
"""So little is read without further processes: starting one takes longer."""
_TOGETHER: Final = 8 << 20
_MANY: Final = 64


def ingest(store: Store, company: Company, *, received_at: datetime, jobs: int = 2, progress: Progress | None = None,
           scanner: ScannerFactory | None = None, stream: Stream | None = None, period: Period | None = None
           ) -> IngestSummary:
    """Take in every file that evidence.yaml names, and write a line in the ledger for each that is new.

    Args:
        store: the company's store.
        company: evidence.yaml.
        received_at: the instant written in the ledger.
        jobs: processes that read files.
        progress: called with files done and files there are.
        scanner: makes the scanner, once in each process; by default that of the rule packs in evidence.yaml.
        stream: a source and what comes for it by standard input, which is received like a file.
        period: of a run; its texts are looked into again for people who joined, however old they are.

    Raises:
        ConfigError: evidence.yaml or a connector is wrong. A file that cannot be read is in the summary.
        CustodyError: the ledger contradicts itself, or another ingest is under way.
    """
    known = {s.connector: connectors.load(s.connector, store.catalogs()) for s in company.sources}
    for source in company.sources:
        settings(known[source.connector], source.options, source.id)
    at = received_at.astimezone(UTC).isoformat(timespec="microseconds")
    _ready.clear()  # rule packs may have been edited since the last ingest of this process
    with disk.only_one(store.lock):
        repaired = store.ledger.repair(at)
        store.segments.sweep()
        store.vault.sweep()
        custody.sweep(store.home / "incoming")
        graves = erasures.finish(store.vault, store.ledger)
        before = store.ledger.receipts()
        with piped(store, company, known, stream) as more:
            older = people.older(before, received_at, period)
            every = _read(store, company, known, before, more, scanner, jobs, progress, graves, older)
        marked = _mark(sorted(every, key=lambda o: (o.source_id, o.path)), before)
        marked += _withdrawn(store.root, before, company, {
            (o.source_id, o.path) for o in every if o.reason == custody.UNREADABLE})
        store.vault.settle(outcome.kept.sha256 for outcome in marked if outcome.event != "known")
        store.ledger.append(_receipt(outcome, at) for outcome in marked if outcome.event != "known")
        named = {outcome.source_id for outcome in every}
        missing = sorted(s.id for s in company.sources if s.required and s.id not in named)
        holding = current(store.ledger.receipts(), (source.id for source in company.sources))
        if packs.put_together(store.segments, holding, store.runs / "spill"):
            packs.clear(store.segments, holding, store.ledger.receipts(), store.runs / "spill")
        now = {(e.latest.source_id, e.latest.file_sha256) for e in holding}
        shown = [o for o in marked if o.event == WITHDRAWN or (o.source_id, o.kept.sha256) in now]
        return IngestSummary(tuple(shown), tuple(missing), company.thresholds.max_reject_share, repaired,
                             store.ledger.head()[0])


def _read(store: Store, company: Company, known: Mapping[str, Connector], before: Sequence[Receipt],
          more: list[FileJob], scanner: ScannerFactory | None, jobs: int, progress: Progress | None,
          graves: Collection[str], older: Older) -> list[FileOutcome]:
    """Read everything: first the files without texts, since they name the people to look for in those with texts."""
    from evidence import masking

    queue, every = queued(store, company, known, before, older)
    queue += more
    rules, done = company.policies.masking, 0
    for texts in (False, True):
        mine = {name: one for name, one in known.items() if (RELATION in one.relations) == texts}
        here = [job for job in queue if job.source.connector in mine]
        factory = scanner if texts else _blind
        if factory is None:
            factory = partial(masking.load, rules.packs, key=store.key("finding"), allow=rules.allow,
                              cache=store.runs / "scanner", people=people.known(store, every))
        tick = partial(_tick, progress, done, len(queue)) if progress else None
        every += _run(here, factory, jobs, tick)
        seen = {(outcome.source_id, outcome.kept.sha256) for outcome in every}
        every += _run(from_vault(store, company, mine, before, seen, older), factory, jobs, None)
        every = standing(store, company, mine, before, every, graves)
        done = len(here)
    return every


def _blind() -> None:
    """Scan nothing: there is no text in these files."""


def _tick(progress: Progress, before: int, total: int, done: int, _of: int) -> None:
    progress(before + done, total)


def _run(queue: Sequence[FileJob], factory: ScannerFactory, jobs: int, progress: Progress | None) -> list[FileOutcome]:
    """Return the outcome of each job, in their order. A process that dies costs the file that killed it."""
    groups = _together(queue)
    work = partial(_work, factory)
    few = jobs <= 1 or not groups or sum(job.size for job in queue) < _IN_PROCESS
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
            same = (last.segment, last.findings, last.people) == (
                outcome.segment, outcome.findings or last.findings, outcome.people or last.people)
            event = "known" if same else REREAD
        marked.append(dataclasses.replace(outcome, event=event))
    return marked


def _withdrawn(root: Path, before: Sequence[Receipt], company: Company, here: Collection[tuple[str, str]]
               ) -> list[FileOutcome]:
    """Return what could not be read and lies there no longer, so that the month is not incomplete for ever.

    What cannot be opened or listed now (``here``) is not gone; a folder that could not be listed then, and now can, is.
    """
    gone = []
    for entry in current(before, (source.id for source in company.sources)):
        last = entry.latest
        if last.state == "unreadable" and last.reason != ERASED:
            kept = Kept(last.file_sha256, last.bytes)
            gone += [FileOutcome(path, last.source_id, last.connector, last.connector_digest, kept, last.segment,
                                 event=WITHDRAWN, reason=last.reason)
                     for path in sorted(entry.paths) if (entry.latest.source_id, path) not in here
                     and ((root / path).is_dir() or not os.path.lexists(root / path))]
    return gone


def _receipt(outcome: FileOutcome, at: str) -> Receipt:
    kept = outcome.kept
    same = ("event", "path", "source_id", "connector", "connector_digest", "segment", "findings", "people",
            "rules_digest", "state", "reason", "lines", "records", "rejects", "blanks", "skips", "rows_out", "fan_out",
            "first_time", "last_time", "observed_at")
    return Receipt(file_sha256=kept.sha256, bytes=kept.bytes, stored_sha256=kept.stored_sha256, codec=kept.codec,
                   stored_bytes=kept.stored_bytes, received_at=at, **{name: getattr(outcome, name) for name in same})
