"""Geometry of the figures in whole pixels: the templates draw, and only draw, what stands here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from evidence.render.show import ABSENT, span

WIDTH = 560
HOUR, CELL = 24, 9


@dataclass(frozen=True, slots=True)
class Bar:
    """One interval of the coverage calendar."""

    x: int
    width: int
    state: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One stream of the calendar, from top to bottom."""

    label: str
    y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A day on the axis."""

    x: int
    label: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The coverage of all streams over the period."""

    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    width: int
    height: int


def calendar(rows: Sequence[Mapping[str, Any]], start: datetime, end: datetime, *, lanes: int = 24) -> Calendar:
    """Return the coverage calendar of the first ``lanes`` streams.

    Args:
        rows: rows of the query ``coverage``.
        start: first instant of the period.
        end: its end, exclusive.
        lanes: most streams drawn.
    """
    streams: dict[str, list[Bar]] = {}
    for row in rows:
        left, right, whole = row["left_us"], row["right_us"], max(row["whole_us"], 1)
        bars = streams.setdefault(f"{row['source_id']} · {row['stream']}", [])
        if right > left:
            x = left * WIDTH // whole
            bars.append(Bar(x, max(right * WIDTH // whole - x, 2), row["state"]))
    drawn = tuple(Lane(label, 26 + 20 * number, tuple(bars))
                  for number, (label, bars) in enumerate(list(streams.items())[:lanes]))
    return Calendar(drawn, ticks(start, end), WIDTH, 26 + 20 * len(drawn))


def ticks(start: datetime, end: datetime) -> tuple[Tick, ...]:
    """Return the days to name on an axis over the period: about ten of them, at midnight UTC."""
    whole = max(int((end - start).total_seconds()), 1)
    days = max(-(-whole // 86_400), 1)
    step = max(days // 10, 1)
    first = start.replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    for number in range(0, days + 1, step):
        day = first + timedelta(days=number)
        seconds = int((day - start).total_seconds())
        if 0 <= seconds < whole:
            found.append(Tick(seconds * WIDTH // whole, f"{day:%d %b}"))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour of one day: ``level`` 0 (none) to 4 (busiest quarter)."""

    x: int
    y: int
    level: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Interactions of one gateway by day (across) and hour of the day in UTC (down)."""

    source_id: str
    cells: tuple[Cell, ...]
    days: tuple[Tick, ...]
    width: int
    height: int
    busiest: int


def heat_maps(rows: Iterable[Mapping[str, Any]], start: datetime, end: datetime, *,
              maps: int = 4) -> tuple[HeatMap, ...]:
    """Return the heat map of each of the first ``maps`` gateways; hours outside of the period are left out."""
    counts: dict[str, dict[tuple[int, int], int]] = {}
    for row in rows:
        counts.setdefault(row["source_id"], {})[row["day_no"], row["hour_no"]] = row["interactions"]
    first = start.replace(hour=0, minute=0, second=0, microsecond=0)
    days = min((end - first).days + (1 if (end - first).seconds else 0), 62)
    return tuple(_heat_map(source, counts[source], first, start, end, days) for source in sorted(counts)[:maps])


def _heat_map(source: str, counts: Mapping[tuple[int, int], int], first: datetime, start: datetime, end: datetime,
              days: int) -> HeatMap:
    busiest = max(counts.values(), default=0)
    wide = WIDTH // max(days, 1)
    cells = []
    for day in range(days):
        for hour in range(HOUR):
            if start <= first + timedelta(days=day, hours=hour) < end:
                count = counts.get((day, hour), 0)
                cells.append(Cell(day * wide, hour * CELL, -(-count * 4 // busiest) if count else 0))
    names = tuple(Tick(day * wide, f"{first + timedelta(days=day):%d}") for day in range(days))
    return HeatMap(source, tuple(cells), names, wide, CELL * HOUR, busiest)


@dataclass(frozen=True, slots=True)
class Station:
    """One stop on the way of an interaction."""

    x: int
    title: str
    lines: tuple[str, ...]
    state: str
    since: str


def _clock(moment: datetime | None, otherwise: str) -> str:
    return f"{moment:%d %b %H:%M:%S}" if moment else otherwise


def journey(row: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[Station, ...]:
    """Return the way of one interaction: who asked, who allowed it, what was forwarded, what came back.

    Args:
        row: a row of the query ``dossier``.
        words: the printed states ``identity``, ``approval``, ``outcome`` and ``masking`` of that row.
    """
    approved = row["approval_time"]
    wait = span(row["approval_delta_us"]) if approved else ""
    answer = row["response_time"]
    took = span(int((answer - row["event_time"]) / timedelta(microseconds=1))) if answer else ""
    return (
        Station(0, "Who asked", (row["who"] or "nobody known", words["caller"], f"sign-in tier {row['sign_in_tier']}"),
                words["identity"].tone, ""),
        Station(1, "Who allowed it", (row["approver"] or ABSENT, _clock(approved, "no decision"),
                                      row["approver_group"] or ""), words["approval"].tone, ""),
        Station(2, "What was sent", (_clock(row["event_time"], ""), row["connection"] or ABSENT, row["model"] or ""),
                "part" if row["outcome"] == "forwarded" else "none", f"{wait} later" if wait else ""),
        Station(3, "What came back", (_clock(answer, "no response"), f"{row['response_bytes'] or 0} bytes",
                                      f"{row['response_findings']} residual values"),
                words["masking"].tone, f"after {took}" if took else ""),
    )
