"""From evidence.yaml to a pull: connector, period, receipts so far, key and client put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from evidence import connector as connectors
from evidence import pull as stage
from evidence.errors import UsageError
from evidence.model import Company, Period, Source
from evidence.store import Store, disk, pulled

if TYPE_CHECKING:
    import httpx

    from evidence.pull.plan import Plan
    from evidence.store.pulled import Pulled

PLAN: Final = ("source", "window", "request", "asks", "pages by", "then")


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one source: ``state`` is pulled, incomplete or nothing_to_ask."""

    source: str
    state: str
    pull: str = ""
    pages: int = 0
    new: int = 0
    records: int = 0
    bytes: int = 0
    open: int = 0
    gaps: tuple[dict[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    def row(self) -> tuple[object, ...]:
        """Return it as a line of the command's table."""
        detail = f"{self.gaps[0]['reason']}: {self.gaps[0]['detail']}" if self.gaps else self.pull
        more = f" and {len(self.gaps) - 1} more" if len(self.gaps) > 1 else ""
        return self.source, self.state, self.pages, self.new, self.records, self.open, detail + more

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def plan(root: Path, company: Company, source: Source, period: str, *, now: datetime, again: bool = False
         ) -> Iterator[tuple[str, ...]]:
    """Yield what would be asked of a source, as lines of the columns ``PLAN``. Nothing is sent, no key is read."""
    made, begun, _ = _plan(root, company, source, _period(company, period), now, again=again)
    window = f"{made.window}{' (carried on)' if begun else ''}"
    for name, address, paging, then in made.requests():
        yield source.id, window, name, address, paging, then


def pull(root: Path, company: Company, source: Source, period: str, *, now: Callable[[], datetime],
         environ: Mapping[str, str], again: bool = False, transport: httpx.BaseTransport | None = None,
         sleep: Callable[[float], None] | None = None) -> Report:
    """Ask a source for a month, or carry on where an earlier run stopped.

    Raises:
        MissingExtraError: the libraries are not installed.
        ConfigError: evidence.yaml does not say enough, or the key cannot be read.
        SourceError: something did not come; what came is kept.
    """
    stage.require()
    from evidence.pull import client as clients
    from evidence.pull import key as keys
    from evidence.pull.walk import Walk

    month, store = _period(company, period), Store(root, company)
    with disk.only_one(pulled.folder(store.register, source.id) / "lock"):
        made, begun, before = _plan(root, company, source, month, now(), again=again)
        if begun is None and not again and _proven(made, month, before):
            return Report(source.id, "nothing_to_ask", before[-1].name,
                          notes=("everything was proven by earlier pulls; --again asks all the same",))
        client = clients.Client(made, keys.read(made.settings, environ, source.id), transport=transport, now=now,
                                sleep=sleep)
        try:
            came = Walk(root, store.register, made, client, now, begun).run()
        finally:
            client.close()
    return Report(source.id, "incomplete" if came.gaps else "pulled", came.pull, came.pages, came.new, came.records,
                  came.bytes, came.open, came.gaps, tuple(_notes(made, month, came.open)))


def _period(company: Company, label: str) -> Period:
    try:
        return Period.month(label, company.timezone)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _plan(root: Path, company: Company, source: Source, month: Period, now: datetime, *, again: bool
          ) -> tuple[Plan, Pulled | None, list[Pulled]]:
    stage.require()
    from evidence.pull import plan as plans

    store = Store(root, company)
    before = pulled.pulls(store.register, source.id)
    made = plans.make(source, connectors.load(source.connector, store.catalogs()), month, now=now,
                      before=[] if again else before)
    begun = None if again else plans.unfinished(made, before)
    return (plans.carried_on(made, begun) if begun else made), begun, before


def _proven(made: Plan, month: Period, before: list[Pulled]) -> bool:
    """Say whether there is nothing left to ask: all of the month is final and proven, and nothing is open."""
    from evidence.pull import plan as plans

    proven = plans.proven_until(made.pull, month, before)
    return proven is not None and proven >= month.end and not made.again


def _notes(made: Plan, month: Period, still_open: int) -> Iterator[str]:
    if (final := month.end + made.settling) > made.started:
        yield f"records of this month are final on {final:%Y-%m-%d %H:%M} UTC; run it again then"
    if still_open:
        yield f"{still_open} may still change: the next pull asks for them again"
