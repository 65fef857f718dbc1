"""A simulated company whose month is judged: the truth on one side, the result relations on the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from evidence.simulate import Truth

Row = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """A company folder, what is true of it, and the engine with every result relation filled."""

    root: Path
    truth: Truth
    con: Any
    kept: dict[tuple[str, tuple[object, ...]], list[Row]] = field(default_factory=dict)

    def rows(self, query: str, *values: object) -> list[Row]:
        """Return the rows of a query, by column names; asked again, those of the first time."""
        if (query, values) not in self.kept:
            answer = self.con.execute(query, list(values))
            names = [column[0] for column in answer.description]
            self.kept[query, values] = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
        return self.kept[query, values]

    def persons(self) -> dict[str, str]:
        """Return the person behind each object id."""
        return dict(self.con.execute("SELECT alias, person_id FROM person_alias WHERE alias_type = 'oid'").fetchall())


def instant(text: str) -> datetime:
    """Return an instant of the truth."""
    return datetime.fromisoformat(text)


def take(root: Path, reference: datetime, *, period: str = "2026-10", jobs: int = 1) -> Any:
    """Take a company's files into custody and return its month; nothing is judged yet."""
    from evidence.pipeline.flow import take_in
    from evidence.pipeline.month import open_month

    month = open_month(root, period, reference_time=reference)
    take_in(month.store, received_at=reference, jobs=jobs)
    return month


def correlated(month: Any, *, threads: int = 1) -> Any:
    """Return the engine with chains and reconciliation but without checks, on so many threads."""
    from evidence import correlate, masking

    con = month.store.open(period=month.period, reference_time=month.reference_time, threads=threads)
    correlate.intervals(con)
    masking.verdicts(con)
    correlate.chains(con)
    correlate.reconcile(con)
    return con


def make(root: Path, switches: tuple[str, ...] | None, *, interactions: int, seed: int = 7, people: int = 30,
         own_risk: bool = True) -> Made:
    """Simulate a company, take its files in and judge its month."""
    from evidence.pipeline.month import judge
    from evidence.simulate import simulate

    truth = simulate(root, seed=seed, people=people, interactions=interactions, misbehaviour=switches, per_day=True,
                     texts=True, own_risk=own_risk)
    return Made(root, truth, judge(take(root, instant(truth.reference_time), period=truth.period)))
