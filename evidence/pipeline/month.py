"""A month under way: what is read before anything is judged, and what is judged of it.

``judge`` is the middle of the flow: people and intervals, masking, chains, reconciliation, checks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from evidence import config
from evidence.errors import UsageError
from evidence.model import Company, Exceptions, Period, Soa

if TYPE_CHECKING:
    import duckdb

    from evidence.store import Store

Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Month:
    """A company folder and a period of it.

    ``reference_time`` is the instant the run speaks for: what settles later is pending, what expired before is expired.
    ``as_of_seq`` is the last line of the ledger that it looks at, None for all that there are.
    """

    root: Path
    company: Company
    soa: Soa
    exceptions: Exceptions
    period: Period
    store: Store
    reference_time: datetime
    as_of_seq: int | None = None

    @property
    def catalogs(self) -> tuple[Path, ...]:
        """Further catalogues that evidence.yaml names."""
        return self.store.catalogs()


def open_month(root: Path, label: str, *, reference_time: datetime) -> Month:
    """Read what a person wrote.

    Raises:
        ConfigError: evidence.yaml, soa.yaml or exceptions.yaml is wrong.
        UsageError: the label is no month, or the month has not begun.
    """
    from evidence.pipeline.texts import open_store

    company = config.load_company(root)
    try:
        period = Period.month(label, company.timezone)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if reference_time < period.start:
        raise UsageError(f"the period {label} begins at {period.start.isoformat()}, after the instant of the run",
                         advice="name an earlier period, or a later --as-of")
    return Month(root, company, config.load_soa(root), config.load_exceptions(root), period,
                 open_store(root, company), reference_time)


def judge(month: Month, progress: Tick | None = None) -> duckdb.DuckDBPyConnection:
    """Return the engine with every result relation of the period filled."""
    from evidence import assess, correlate, masking

    con = month.store.open(as_of_seq=month.as_of_seq, period=month.period, reference_time=month.reference_time)

    def heard(_step: str, done: int, total: int) -> None:
        if progress is not None:
            progress(done, total)

    correlate.intervals(con, progress=heard)
    correlate.callers(con)
    masking.verdicts(con)
    correlate.chains(con, progress=heard)
    correlate.reconcile(con, progress=heard)
    assess.assess(con, month.company.framework, soa=month.soa, exceptions=month.exceptions, period=month.period,
                  reference_day=month.reference_time.date().isoformat(), extra=month.catalogs)
    return con
