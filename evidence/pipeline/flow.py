"""THE MAIN FLOW: ingest, correlate, assess, render, seal.

The clock is not read here: the instant the run speaks for, and the instant of sealing, are arguments.
"""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from evidence.pipeline import outcome, package
from evidence.pipeline.intake import ingest
from evidence.pipeline.month import Month, Tick, judge, open_month
from evidence.pipeline.outcome import Outcome
from evidence.store import disk

if TYPE_CHECKING:
    import duckdb

    from evidence.correlate import Explanation
    from evidence.ingest.job import IngestSummary
    from evidence.model import Period
    from evidence.seal import SealKey
    from evidence.store import Store


def run(root: Path, period: str, *, reference_time: datetime, sealed_at: datetime, jobs: int = 2,
        fail_on: str = "high", test_key: bool = False, edition: bool = False, progress: Tick | None = None) -> Outcome:
    """Make the package of a month.

    Args:
        root: the company folder.
        period: label of the month, ``2026-10``.
        reference_time: the instant the run speaks for.
        sealed_at: the instant of sealing, for signatures and custody only.
        jobs: processes that read files.
        fail_on: severity from which an unapproved exception makes exit code 4.
        test_key: seal with the company's own TEST key.
        edition: seal another edition of a month that is sealed already.
        progress: hears (steps done, steps in all).

    Raises:
        EvidenceError: configuration, custody, catalogues or key are wrong. What is wrong with the evidence or the
            controls is no error: it is in the package, and in ``exit_code``.
    """
    month = open_month(root, period, reference_time=reference_time)
    with disk.only_one(month.store.sealing):
        key = package.seal_key(month, sealed_at, test_key=test_key)
        summary = take_in(month.store, received_at=sealed_at, jobs=jobs, progress=progress, period=month.period)
        # What another ingest takes in meanwhile comes after this package.
        pinned = replace(month, as_of_seq=summary.head)
        return _seal(pinned, key, summary, sealed_at=sealed_at, fail_on=fail_on, edition=edition, progress=progress)


def _seal(month: Month, key: SealKey, summary: IngestSummary, *, sealed_at: datetime, fail_on: str, edition: bool,
          progress: Tick | None) -> Outcome:
    """Judge what was received, and make the package of it. The caller keeps every other run away."""
    with closing(judge(month, progress)) as con:
        ident, sealed = package.identity(month, edition=edition)
        staged = package.stage(month, con, ident, key, sealed_at=sealed_at)
        if sealed is None:
            path, notes = package.seal_staged(month, staged, key, sealed_at=sealed_at)
            notes = (*_late(month, con, ident.replaces), *notes)
            folder = _show_reports(month, staged)
            shutil.rmtree(staged.folder)  # all of it is in the package
        else:
            package.drop_disclosures(staged)
            path, notes = None, (_already(month, sealed, staged), *_late(month, con, sealed.package_id),
                                 *key.warnings(sealed_at))
            folder = staged.folder
        return Outcome(path, folder, outcome.headline(con), key.fingerprint, _exit_code(con, summary, fail_on),
                       staged.rendered.pages, (*_incomplete(summary), *notes))


def take_in(store: Store, *, received_at: datetime, jobs: int = 2, progress: Tick | None = None,
            stream: tuple[str, IO[bytes]] | None = None, period: Period | None = None) -> IngestSummary:
    """Take every file that evidence.yaml names into custody, read it, and scan its texts in the same pass.

    ``stream`` is a source and what comes for it by standard input, ``period`` the month for which this is done, if any.

    Raises:
        EvidenceError: as for :func:`run`.
    """
    return ingest(store, store.company, received_at=received_at, jobs=jobs, progress=progress, stream=stream,
                  period=period)


@dataclass(frozen=True, slots=True)
class View:
    """Checks and exceptions of a period, without a package."""

    checks: list[dict[str, Any]]
    exceptions: list[dict[str, Any]]
    exit_code: int


def check(root: Path, period: str, *, reference_time: datetime, fail_on: str = "high",
          progress: Tick | None = None) -> View:
    """Judge a month over what was ingested, and return its checks and its exceptions.

    Raises:
        EvidenceError: as for :func:`run`.
    """
    month = open_month(root, period, reference_time=reference_time)
    with closing(judge(month, progress)) as con:
        return View(outcome.checks(con), outcome.exceptions(con), _exit_code(con, None, fail_on))


def explain(root: Path, period: str, interaction_id: str, *, reference_time: datetime,
            progress: Tick | None = None) -> Explanation:
    """Return one chain of a month as a person reads it.

    Raises:
        UsageError: the period has no such interaction.
        EvidenceError: as for :func:`run`.
    """
    from evidence import correlate

    month = open_month(root, period, reference_time=reference_time)
    with closing(judge(month, progress)) as con:
        return correlate.explain(con, interaction_id)


def _exit_code(con: duckdb.DuckDBPyConnection, summary: IngestSummary | None, fail_on: str) -> int:
    """2 before 3 before 4 (2 is raised): evidence that is incomplete outranks a control that failed."""
    from evidence import assess

    if summary is not None and summary.incomplete:
        return 3
    return 4 if assess.worst(con, fail_on) else 0


def _incomplete(summary: IngestSummary) -> tuple[str, ...]:
    return (summary.sentence(),) if summary.incomplete else ()


def _already(month: Month, sealed: Any, staged: package.Staged) -> str:
    """Say whether a sealed month would look different today. It is never altered (editions)."""
    before = package.sealed_evidence_digest(month, sealed)
    if before is None:
        return f"{sealed.package_id} is sealed, but its ZIP is not in packages/: it cannot be compared"
    if before == staged.rendered.evidence_digest:
        return f"{sealed.package_id} is sealed already, and nothing would change"
    return (f"{sealed.package_id} is sealed already and would change: --edition seals a further edition "
            f"and leaves the first one as it is")


def _late(month: Month, con: duckdb.DuckDBPyConnection, package_id: str | None) -> tuple[str, ...]:
    """Say which records of the period came after it had been sealed."""
    found = package.came_since(month, con, package_id) if package_id else []
    told = ", ".join(f"{number} {stream.replace('_', ' ')} of {source}" for source, stream, number in found)
    return (f"records of {month.period.label} that came after {package_id} was sealed: {told}",) if found else ()


def _show_reports(month: Month, staged: package.Staged) -> Path:
    """Lay the report beside the package, for people who do not unpack ZIP files."""
    folder = month.root / "reports" / staged.identity.package_id
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("report.pdf", "report.html"):
        shutil.copyfile(staged.folder / name, folder / name)
    return folder
