"""The kinds of values a person writes: durations, instants, zones, paths inside the company folder, months.

Durations are written as ``90s``, ``5m``, ``8h``, ``28d`` and kept as microseconds; instants are ISO 8601 with a zone
and kept as UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic_core import CoreSchema, core_schema

MICROSECONDS = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
_DURATION = re.compile(r"(\d{1,9})(us|ms|s|m|h|d)")
_HOST = re.compile(r"(?i)(?:[a-z][a-z0-9+.-]*://[^\s/?#]+|[\w-]+(?:\.[\w-]+)+(?::\d+)?)(?=/|$)")
_GUID = re.compile(r"(?i)(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])")


def duration_us(value: object) -> int:
    """Return the microseconds of a duration such as ``90s`` or ``28d``.

    Raises:
        ValueError: the text is not a whole number followed by us, ms, s, m, h or d.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = _DURATION.fullmatch(str(value).strip())
    if not match:
        raise ValueError(f"expected a duration such as 90s, 5m, 8h or 28d, found {value!r}")
    return int(match[1]) * MICROSECONDS[match[2]]


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("expected an instant with a time zone, such as 2026-10-01T00:00:00Z")
    return value.astimezone(UTC)


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"expected an IANA time zone such as Europe/Berlin, found {value!r}") from error
    return value


def _inside(value: str) -> str:
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or "\\" in value or "\0" in value:
        raise ValueError(f"expected a path inside the company folder, found {value!r}")
    return value


def issuer_name(text: str) -> str:
    """Return the name of a tenant or issuer in the one spelling in which names are compared.

    GUIDs and the host of an address are in lower case, and an address ends without a slash. All else stays as it is,
    since the path of an address (the realm in it) and other names may differ by their case alone.
    """
    name = text.strip()
    if host := _HOST.match(name):
        name = (host[0].lower() + name[host.end():]).rstrip("/")
    return _GUID.sub(lambda guid: guid[0].lower(), name)


def _text_date(value: Any) -> Any:
    """Let YAML's own date type through as text, so that 2026-10-01 and '2026-10-01' mean the same."""
    return value.isoformat() if hasattr(value, "isoformat") else value


Duration = Annotated[int, BeforeValidator(duration_us), Field(ge=0)]
Instant = Annotated[datetime, AfterValidator(_utc)]
Zone = Annotated[str, AfterValidator(_zone)]
Issuer = Annotated[str, AfterValidator(issuer_name)]
RelativePath = Annotated[str, AfterValidator(_inside)]
DayText = Annotated[str, BeforeValidator(_text_date), Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
Risk = Literal["low", "medium", "high"]
Severity = Literal["critical", "high", "medium", "low"]


class OneOrMore:
    """Lets one value stand where a list of them may."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Accept what is no list as a list of one."""
        return core_schema.no_info_before_validator_function(
            lambda value: value if isinstance(value, list | tuple) else (value,), handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe both ways to write it."""
        many = handler(schema)
        return {"anyOf": [many["items"], many]}


class Frozen(BaseModel):
    """Base of all models: immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Period(Frozen):
    """A half-open interval in the organisation's zone, with its label (``2026-10``)."""

    label: str
    zone: Zone
    start: Instant
    end: Instant

    @classmethod
    def month(cls, label: str, zone: str) -> Period:
        """Return the calendar month ``YYYY-MM`` of a zone.

        Raises:
            ValueError: the label is not a month.
        """
        match = re.fullmatch(r"(\d{4})-(\d{2})", label)
        if not match or not 1 <= int(match[2]) <= 12:
            raise ValueError(f"expected a month such as 2026-10, found {label!r}")
        year, month = int(match[1]), int(match[2])
        tz = ZoneInfo(zone)
        following = (year + month // 12, month % 12 + 1)
        return cls(label=label, zone=zone, start=datetime(year, month, 1, tzinfo=tz),
                   end=datetime(*following, 1, tzinfo=tz))


class Window(Frozen):
    """An interval that somebody declares covered: ``from`` inclusive, ``to`` exclusive."""

    from_: Instant = Field(alias="from")
    to: Instant
    stream: str = "*"
    complete: bool = True
    reason: str | None = None
    rows: int | None = Field(default=None, ge=0, description="rows the source itself reports, for the tie-out")


class Hold(Frozen):
    """A legal hold: raw files that nobody may erase while it lasts, whatever their retention says.

    Every condition given must fit: the source, the file (hash or path), the days of its events, both included. It holds
    until the day before ``ended``; one without conditions holds everything.
    """

    id: Identifier
    reason: str = Field(min_length=1)
    by: str = Field(min_length=1, description="who ordered it")
    since: DayText
    ended: DayText | None = None
    sources: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    from_: DayText | None = Field(default=None, alias="from")
    to: DayText | None = None
