"""Instants and ids, written the way each vendor writes them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def micros(moment: datetime) -> str:
    """Return ``2026-10-05T09:01:12.398114Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def millis(moment: datetime) -> str:
    """Return ``2026-10-05T09:01:12.398Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def seconds(moment: datetime) -> str:
    """Return ``2026-10-05T09:01:12Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def ticks(moment: datetime, zone: str = "+00:00") -> str:
    """Return ``2026-10-05T09:01:12.3981140+00:00``: seven digits."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0" + zone


def new_id(rng: Random) -> str:
    """Return a random UUID of the seed."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def between(rng: Random, low: timedelta, high: timedelta) -> timedelta:
    """Return a random duration, in whole milliseconds plus a few microseconds."""
    return timedelta(microseconds=rng.randrange(low // timedelta(microseconds=1), high // timedelta(microseconds=1)))


def midnight(day: date) -> datetime:
    """Return the start of a UTC day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Month:
    """The period in the organisation's zone, and the UTC days on which people work."""

    label: str
    zone: str
    start: datetime
    end: datetime

    @classmethod
    def of(cls, label: str, zone: str) -> Month:
        """Return the month ``YYYY-MM`` of a zone, its edges in UTC."""
        year, month = (int(part) for part in label.split("-"))
        following = (year + month // 12, month % 12 + 1)
        tz = ZoneInfo(zone)
        return cls(label, zone, datetime(year, month, 1, tzinfo=tz).astimezone(UTC),
                   datetime(*following, 1, tzinfo=tz).astimezone(UTC))

    def workdays(self) -> tuple[date, ...]:
        """Return the Mondays to Fridays whose whole UTC day lies in the period."""
        days = []
        day = self.start.date()
        while midnight(day) < self.end:
            if midnight(day) >= self.start and midnight(day) + DAY <= self.end and day.weekday() < 5:
                days.append(day)
            day += DAY
        return tuple(days)
