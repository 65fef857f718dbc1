"""What a pull asks for: its window, its requests and what complete answers would prove. Nothing is sent here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from evidence.connector import Connector
from evidence.endpoint import PLACEHOLDER, Ask, Pull, PullSource
from evidence.errors import ConfigError, SourceError
from evidence.model import Period, Source
from evidence.store.pulled import Pulled, iso

if TYPE_CHECKING:
    import httpx

DAY: Final = timedelta(days=1)
MOMENT: Final = timedelta(microseconds=1)
_SPELLINGS: Final = {"seconds": "%Y-%m-%dT%H:%M:%SZ", "naive": "%Y-%m-%d %H:%M:%S", "date": "%Y-%m-%d"}


@dataclass(frozen=True, slots=True)
class Window:
    """What one list is asked for, half-open; ``day`` where it is asked for by days."""

    start: datetime
    end: datetime
    day: bool = False

    def __str__(self) -> str:
        """Return it as receipts name it."""
        return f"{iso(self.start)}..{iso(self.end)}"

    def halves(self, step: timedelta) -> tuple[Window, Window] | None:
        """Return both halves, cut at a whole step; None where it is as short as the vendor can tell."""
        middle = self.start + step * ((self.end - self.start) // step // 2)
        return None if middle in {self.start, self.end} else (Window(self.start, middle), Window(middle, self.end))


@dataclass(frozen=True, slots=True)
class Plan:
    """One pull of one source: whom it asks, for which window, where the pages go."""

    source: Source
    connector: Connector
    period: str
    base: str
    window: Window
    started: datetime
    settling: timedelta
    into: PurePosixPath
    again: tuple[tuple[str, str], ...] = ()
    lost: tuple[datetime, datetime] | None = None

    @property
    def pull(self) -> Pull:
        """What the connector declares."""
        assert self.connector.pull is not None
        return self.connector.pull

    @property
    def settings(self) -> PullSource:
        """What evidence.yaml adds."""
        assert self.source.pull is not None
        return self.source.pull

    @property
    def name(self) -> str:
        """The name of the pull: period and start."""
        return f"{self.period}.{self.started:%Y%m%dT%H%M%SZ}"

    @property
    def digest(self) -> str:
        """What the requests depend on: a pull that was begun under another one is not carried on."""
        text = f"{self.pull.model_dump_json()} {self.settings.parameters} {self.base} {self.into}"
        return hashlib.sha256(text.encode()).hexdigest()

    def windows(self, ask: Ask) -> list[Window]:
        """Return what a list is asked for, one after the other. Days are asked for once they are over."""
        if not ask.by_day:
            return [self.window]
        first = self.window.start.replace(hour=0, minute=0, second=0, microsecond=0)
        days = (self.window.end - first) // DAY
        return [Window(first + DAY * n, first + DAY * (n + 1), day=True) for n in range(max(days, 0))]

    def asked(self) -> list[dict[str, Any]]:
        """Return, for each list, the window that complete answers prove, and up to when records are final."""
        oldest = self.started - timedelta(microseconds=self.pull.keeps) if self.pull.keeps is not None else None
        found: list[dict[str, Any]] = []
        for ask in self.pull.requests:
            windows = self.windows(ask)
            if not windows:
                continue
            start, end = windows[0].start, windows[-1].end
            settled = min(end, self.started - self.settling)
            if not ask.windowed:
                start, end, settled = self.started, self.started + MOMENT, self.started + MOMENT
            elif oldest:
                start = max(start, oldest)
            found.append({"ask": ask.name, "windowed": ask.windowed, "from": iso(start), "until": iso(end),
                          "settled": iso(settled), "streams": list(ask.covers)})
        return found

    def url(self, path: str, query: Mapping[str, str], window: Window | None, ask: Ask, item: str = "") -> httpx.URL:
        """Return the address of a request: every value in its place, and none able to leave it.

        Raises:
            SourceError: the vendor's id of an item cannot stand in a path.
        """
        import httpx

        values = {**self.settings.parameters, "id": item, **(_times(window, ask) if window else {})}
        address = httpx.URL(self.base)
        address = address.copy_with(path=address.path.rstrip("/") + filled(path, values))
        pairs = {name: said(text, values) for name, text in query.items()}
        return spaced(address.copy_merge_params(pairs)) if pairs else address

    def requests(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield what would be asked: name, address, how pages follow, what else is asked of each record."""
        for ask in self.pull.requests:
            asked = self.windows(ask)
            paging = ask.paging.by if ask.paging else "one page"
            for window in asked[:1]:
                then = "; ".join(f"{each.name}: {each.path or each.links}" for each in ask.each)
                times = f" x {len(asked)} days" if ask.by_day else ""
                yield ask.name, f"GET {self.url(ask.path, ask.query, window, ask)}", paging + times, then
        for name, item in self.again:
            yield name, f"GET … {item}", "one page", "still open when last seen"


def spaced(url: httpx.URL) -> httpx.URL:
    """Return an address with its blanks as ``%20``: a plus is a blank in forms, not in every vendor's filters."""
    return url.copy_with(query=url.query.replace(b"+", b"%20"))


def said(text: str, values: Mapping[str, str]) -> str:
    """Return a text with every value in its place."""
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)


def filled(path: str, values: Mapping[str, str]) -> str:
    """Return a path with every value in its segment."""
    return "/".join(_segment(part, values) for part in path.split("/"))


def _segment(part: str, values: Mapping[str, str]) -> str:
    text = said(part, values)
    if text != part and text in {"", ".", ".."}:
        raise SourceError(f"expected an id that can stand in a path, found {text!r}",
                          advice="the vendor's answer is not what its documentation says: look at the last page")
    return quote(text, safe="")


def _times(window: Window, ask: Ask) -> dict[str, str]:
    if window.day:
        return {"day": f"{window.start:%Y-%m-%d}"}
    last = window.end - MOMENT if ask.times == "date" else window.end
    return {"from": _spell(window.start, ask.times), "until": _spell(last, ask.times)}


def _spell(instant: datetime, times: str) -> str:
    if times == "epoch_ms":
        return str((instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1))
    if times == "milliseconds":
        return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03d}Z"
    return instant.strftime(_SPELLINGS[times])


def make(source: Source, connector: Connector, period: Period, *, now: datetime, before: Sequence[Pulled] = ()) -> Plan:
    """Return the plan of a new pull. Its end is fixed here, whatever arrives while it runs.

    The window begins a margin before the period, or before what an earlier pull of the period proved; it ends with the
    period and its settling time, or now. Items that were open when last seen are asked for again.

    Raises:
        ConfigError: connector or source do not say how to pull, or pages would not be found by ingest.
    """
    pull, settings = _declared(source, connector)
    base = settings.base_url or pull.base_url
    if base is None:
        raise ConfigError(f"expected pull.base_url for the source {source.id}: {connector.id} is run by its users",
                          advice="add base_url: https://… under pull: of the source in evidence.yaml")
    if missing := sorted(pull.parameters - set(settings.parameters)):
        raise ConfigError(f"expected pull.parameters of the source {source.id} to give {', '.join(missing)}",
                          advice="write them under pull: parameters: in evidence.yaml")
    settling = timedelta(microseconds=connector.settling if source.settling is None else source.settling)
    started, margin = now.astimezone(UTC).replace(microsecond=0), timedelta(microseconds=pull.before)
    proven = proven_until(pull, period, before)
    start = max(period.start, min(proven, period.end)) - margin if proven else period.start - margin
    end = min(started, period.end + settling)
    if end <= period.start:
        raise ConfigError(f"{period.label} has not begun")
    needed = max(period.start, min(proven or period.start, period.end))
    return Plan(source, connector, period.label, base, Window(start, end), started, settling, _into(source),
                again=tuple(still_open(before)), lost=_lost(pull, needed, end, started))


def _lost(pull: Pull, needed: datetime, end: datetime, started: datetime) -> tuple[datetime, datetime] | None:
    """Return what the vendor keeps no longer of that which no earlier pull proved."""
    if pull.keeps is None:
        return None
    oldest = started - timedelta(microseconds=pull.keeps)
    return (needed, min(oldest, end)) if oldest > needed else None


def proven_until(pull: Pull, period: Period, before: Sequence[Pulled]) -> datetime | None:
    """Return up to when finished pulls, of whatever period, answered every list from the period's start without a hole.

    None where they did not answer its start. A pull with a gap counts for nothing here.
    """
    finished = [one.begin["asked"] for one in before if one.end and not one.end["gaps"]]
    reached = []
    for name in (ask.name for ask in pull.requests if ask.windowed):
        reach = start = iso(period.start)
        for asked in sorted((a["from"], a["settled"]) for every in finished for a in every if a["ask"] == name):
            reach = max(reach, asked[1]) if asked[0] <= reach else reach
        if reach == start:
            return None
        reached.append(reach)
    return datetime.fromisoformat(min(reached)) if reached else None


def still_open(before: Sequence[Pulled]) -> list[tuple[str, str]]:
    """Return the items (request, id) that could still change when they were last seen."""
    seen = {(page["ask"], page["item"]): page["open"] for one in before for page in one.pages.values()
            if page.get("item") is not None}
    return sorted(item for item, is_open in seen.items() if is_open)


def unfinished(plan: Plan, before: Sequence[Pulled]) -> Pulled | None:
    """Return the pull of the same period that was begun with the same requests and not finished."""
    found = [one for one in before if one.end is None and one.begin["period"] == plan.period
             and one.begin["digest"] == plan.digest]
    return found[-1] if found else None


def carried_on(plan: Plan, begun: Pulled) -> Plan:
    """Return the plan of a pull that was begun: its window and its start are those of then."""
    first = begun.begin
    start, end, at = (datetime.fromisoformat(first[name]) for name in ("from", "until", "at"))
    lost = [datetime.fromisoformat(text) for text in first["lost"]]
    return Plan(plan.source, plan.connector, plan.period, plan.base, Window(start, end), at, plan.settling, plan.into,
                again=tuple((name, item) for name, item in first["again"]), lost=(lost[0], lost[1]) if lost else None)


def facts(plan: Plan) -> dict[str, Any]:
    """Return what the first line of a journal says."""
    return {"source": plan.source.id, "connector": plan.connector.id, "connector_digest": plan.connector.digest,
            "digest": plan.digest, "period": plan.period, "at": iso(plan.started), "from": iso(plan.window.start),
            "until": iso(plan.window.end), "base": plan.base, "parameters": dict(plan.settings.parameters),
            "asked": plan.asked(), "again": [list(item) for item in plan.again],
            "lost": [iso(edge) for edge in plan.lost or ()]}


def _declared(source: Source, connector: Connector) -> tuple[Pull, PullSource]:
    if connector.pull is None:
        raise ConfigError(f"{connector.id} does not say how its vendor is asked",
                          advice="export the files by hand; evidence connectors show tells which connectors can pull")
    if source.pull is None:
        raise ConfigError(f"the source {source.id} has no pull: in evidence.yaml",
                          advice="add pull: with token_env or token_file, and base_url where the vendor has none")
    return connector.pull, source.pull


def _into(source: Source) -> PurePosixPath:
    """Return the folder for pages, which ingest must find: the one declared, or the first path of the source."""
    wild = set("*?[")
    folders = [PurePosixPath(path) for path in source.paths if not wild & set(path) and not Path(path).suffix]
    assert source.pull is not None
    into = PurePosixPath(source.pull.into) if source.pull.into else folders[0] if folders else None
    if into is None or not any(into.is_relative_to(folder) for folder in folders):
        raise ConfigError(f"expected a folder among the paths of the source {source.id} for pulled pages, found "
                          f"{into or 'only files and patterns'}",
                          advice="name a folder such as logs/gateway under paths:, and pull: into: below it")
    return into
