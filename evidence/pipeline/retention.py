"""Raw files of the vault at the end of their retention, or named with a reason: which may be erased, and erasing them.

Nothing is erased that another name, a legal hold or the retention still needs, unless somebody names it; and nothing
while it lies in a folder from where it would come back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from evidence.errors import UsageError
from evidence.fields import Hold
from evidence.store import Store, disk
from evidence.store.erasures import Deed, finish, tombstones
from evidence.store.ledger import TOMBSTONE, Receipt

DUE, ERASED, BEFORE, NEVER_KEPT = "due", "erased", "tombstone", "never_kept"
NEEDED, ON_HOLD, IN_FOLDER = "needed", "on_hold", "in_folder"
GONE: Final = frozenset({ERASED, BEFORE, NEVER_KEPT})
"""States in which the vault has no bytes (any more)."""
_SHORTEST: Final = 8
_LATEST: Final = datetime(9900, 1, 1, tzinfo=UTC)  # of which a retention can still be reckoned

Name = tuple[str, str]


@dataclass(slots=True)
class Bytes:
    """The same bytes under every name (source, path) that they were received under, with the first receipt of each."""

    latest: Receipt
    names: dict[Name, Receipt] = field(default_factory=dict)
    every: list[Receipt] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A raw file that was asked for: what becomes of it, and why.

    ``until`` is the end of its retention; ``basis`` is ``retention`` where that is over, else ``request``.
    """

    sha256: str
    bytes: int
    names: tuple[Name, ...]
    until: datetime
    basis: str
    state: str
    why: str = ""

    def row(self) -> tuple[object, ...]:
        """Return it as a line of a table."""
        return (self.state, self.until.date().isoformat(), self.bytes, self.sha256,
                "; ".join(f"{source}:{path}" for source, path in self.names), self.why)


def plan(store: Store, *, files: Sequence[str], expired: bool, at: datetime) -> list[Candidate]:
    """Return what was asked for, and what may be erased of it.

    Args:
        store: the company's store.
        files: hashes (at least eight digits) or paths as in the ledger.
        expired: also every raw file of which the retention is over.
        at: the instant for which retention and holds are judged.

    Raises:
        UsageError: a file was never received, or its name stands for several.
    """
    known = received(store.ledger.receipts())
    named = _named(known, files)
    graves = tombstones(store.ledger)
    found = []
    for sha in sorted(known):
        until = retained_until(known[sha].every, store.company.retention.months, store.company.timezone)
        if sha in named or (expired and until <= at and store.vault.has(sha)):
            basis = "retention" if until <= at else "request"
            one = Candidate(sha, known[sha].latest.bytes, tuple(sorted(known[sha].names)), until, basis, DUE)
            mine = known[sha].names if expired and until <= at else named[sha]
            found.append(_judged(store, one, known[sha], mine, graves, at))
    return found


def erase(store: Store, deed: Deed, *, files: Sequence[str], expired: bool, at: datetime) -> list[Candidate]:
    """Replace raw files by tombstones: first a line of the ledger for each, then each tombstone in place of the bytes.

    What a killed process left undone is finished first, by this call as by the next ingest.

    Raises:
        UsageError: as for :func:`plan`, or the instant is still to come.
        CustodyError: the ledger contradicts itself, or another process is writing.
    """
    if at > deed.at:
        raise UsageError(f"nothing can be erased today that is due at {at.isoformat()}",
                         advice="a later --as-of shows what will be due; leave it out to erase")
    with disk.only_one(store.lock):
        store.ledger.repair(deed.facts()["at"])
        finish(store.vault, store.ledger)
        found = plan(store, files=files, expired=expired, at=at)
        known = received(store.ledger.receipts())
        store.ledger.book(_line(one, known[one.sha256], deed) for one in found if one.state == DUE)
        finish(store.vault, store.ledger)
    return [replace(one, state=ERASED) if one.state == DUE else one for one in found]


@dataclass(frozen=True, slots=True)
class State:
    """How many raw files the vault keeps, how many are tombstones, and what is left to do."""

    kept: int
    tombstones: int
    unfinished: int
    expired: int


def state(store: Store, at: datetime) -> State:
    """Count what the vault keeps, and what neither the retention nor a legal hold covers at an instant.

    Raises:
        CustodyError: the ledger contradicts itself.
    """
    known, graves = received(store.ledger.receipts()), tombstones(store.ledger)
    kept = [sha for sha in known if store.vault.has(sha) and sha not in graves]
    months, zone, holds = store.company.retention.months, store.company.timezone, store.company.retention.holds
    due = [sha for sha in kept if retained_until(known[sha].every, months, zone) <= at
           and not any(_holds(hold, known[sha], zone, at) for hold in holds)]
    return State(len(kept), len(graves), sum(map(store.vault.unfinished, graves)), len(due))


def received(receipts: Iterable[Receipt]) -> dict[str, Bytes]:
    """Return everything ever received, by hash: bytes are one, whatever they were called."""
    found: dict[str, Bytes] = {}
    for receipt in receipts:
        entry = found.setdefault(receipt.file_sha256, Bytes(receipt))
        entry.names.setdefault((receipt.source_id, receipt.path), receipt)
        entry.every.append(receipt)
        entry.latest = receipt if receipt.stored_sha256 else entry.latest
    return found


def retained_until(receipts: Sequence[Receipt], months: int, zone: str) -> datetime:
    """Return the end of the retention: so many months after the month of the last event or receipt, if that is later.

    The receipt counts too, because a directory received today tells of accounts that are years old.
    """
    texts = [receipt.received_at for receipt in receipts] + [r.last_time for r in receipts if r.last_time]
    last = min(max(map(_instant, texts)), _LATEST).astimezone(ZoneInfo(zone))
    count = last.year * 12 + last.month + months  # months since year 0, from 0; the month after the last is the first
    return datetime(count // 12, count % 12 + 1, 1, tzinfo=ZoneInfo(zone))


def _judged(store: Store, one: Candidate, known: Bytes, named: Collection[Name], graves: Collection[str],
            at: datetime) -> Candidate:
    """Say what stands in the way of erasing, if anything does."""
    if one.sha256 in graves:
        return replace(one, state=BEFORE, why=store.vault.epitaph(one.sha256) or "the next ingest finishes it")
    if not store.vault.has(one.sha256):
        return replace(one, state=NEVER_KEPT, why="the vault has no bytes of it (ingest.vault: hashes_only, or unread)")
    if others := [f"{source}:{path}" for source, path in one.names if (source, path) not in named]:
        return replace(one, state=NEEDED, why=f"the same bytes are {'; '.join(others)}: name each by its path")
    held = [hold for hold in store.company.retention.holds if _holds(hold, known, store.company.timezone, at)]
    if held:
        return replace(one, state=ON_HOLD, why="; ".join(f"{hold.id}: {hold.reason}" for hold in held))
    if lying := [path for path in sorted({path for _, path in one.names}) if _lies(store, path, one)]:
        return replace(one, state=IN_FOLDER, why=f"take it away from {', '.join(lying)} first: it would be read again")
    return replace(one, why="" if one.basis == "retention" else "its retention is not over")


def _named(known: dict[str, Bytes], files: Sequence[str]) -> dict[str, set[Name]]:
    """Return which names of which bytes were asked for. A hash says the name where there is only one path."""
    found: dict[str, set[Name]] = {}
    paths = []
    for text in files:
        hashes = [sha for sha in known if len(text) >= _SHORTEST and sha.startswith(text.lower())]
        if len(hashes) > 1:
            raise UsageError(f"{text} begins {len(hashes)} hashes", advice="give more digits")
        if hashes:
            names = known[hashes[0]].names
            single = len({path for _, path in names}) == 1 and len({source for source, _ in names}) == 1
            found.setdefault(hashes[0], set()).update(names if single else ())
        else:
            paths.append(text.removeprefix("./"))
    for path in paths:
        having = [sha for sha, entry in known.items() if any(name == path for _, name in entry.names)]
        meant = [sha for sha in having if sha in found] or having
        if len(meant) != 1:
            raise UsageError(f"{path} was {'never received' if not meant else 'received with different contents'}",
                             advice="name one by its hash: " + ", ".join(meant) if meant else
                             "write the path as evidence ingest shows it, or the hash")
        found.setdefault(meant[0], set()).update(name for name in known[meant[0]].names if name[1] == path)
    return found


def _holds(hold: Hold, known: Bytes, zone: str, at: datetime) -> bool:
    """Return whether a legal hold covers these bytes under any of their names; what it leaves open it covers."""
    if hold.ended is not None and hold.ended <= at.astimezone(ZoneInfo(zone)).date().isoformat():
        return False
    sha, paths = known.latest.file_sha256, {path for _, path in known.names}
    if hold.files and not any(sha.startswith(text.lower()) or text in paths for text in hold.files):
        return False
    return any(_speaks(hold, receipt, zone) for receipt in known.every)


def _speaks(hold: Hold, receipt: Receipt, zone: str) -> bool:
    """Return whether a file is of a hold's sources and days; one without events is of every day."""
    if hold.sources and receipt.source_id not in hold.sources:
        return False
    if receipt.first_time is None or receipt.last_time is None:
        return True
    first, last = (_instant(text).astimezone(ZoneInfo(zone)).date().isoformat()
                   for text in (receipt.first_time, receipt.last_time))
    return (hold.from_ is None or last >= hold.from_) and (hold.to is None or first <= hold.to)


def _lies(store: Store, path: str, one: Candidate) -> bool:
    """Return whether these very bytes lie in the company folder under a name."""
    place = store.root / path
    try:
        if not place.is_file() or place.stat().st_size != one.bytes:
            return False
        with place.open("rb") as file:
            return disk.sha256(file) == one.sha256
    except OSError:
        return True  # it is there and cannot be read: nobody knows


def _line(one: Candidate, known: Bytes, deed: Deed) -> dict[str, Any]:
    last = known.latest
    return {"event": TOMBSTONE, "file_sha256": one.sha256, "bytes": one.bytes, "stored_sha256": last.stored_sha256,
            "stored_bytes": last.stored_bytes, "codec": last.codec, "basis": one.basis,
            "retained_until": one.until.isoformat(), **deed.facts(),
            "received": [{"source_id": source, "path": path, "received_at": first.received_at, "seq": first.seq}
                         for (source, path), first in sorted(known.names.items())]}


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
