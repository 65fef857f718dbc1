"""The pull itself: every page on the disk and in the journal before the next is asked for.

A pull that was killed is carried on by walking the same way again: what the journal has is read from the disk, what it
has not is asked for. So there is one way through, and no second one for starting again.
"""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx

from evidence.endpoint import Ask, Each, loopback
from evidence.errors import SourceError
from evidence.pull import pages, refusals
from evidence.pull.client import Answer, Client
from evidence.pull.plan import DAY, Plan, Window, facts
from evidence.store import disk, pulled, zips
from evidence.store.pulled import BEGIN, END, PAGE, RESUMED, Journal, Line, Pulled, iso

GONE: Final = "item_gone"
NOT_KEPT: Final = "vendor_keeps_no_longer"
LONGEST_ID: Final = 1024
_STEPS: Final = {"date": DAY, "epoch_ms": timedelta(milliseconds=1), "milliseconds": timedelta(milliseconds=1)}
_SUFFIX: Final = {"csv": "csv", "lines": "log", "parquet": "parquet"}
Progress = Callable[[str, int], None]
Lead = tuple[Each, str, httpx.URL | None]
"""What to ask next: as declared, of which item, at which address where the vendor gave one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pull brought: pages and records in all, and new ones; what is missing; what may still change."""

    source: str
    pull: str
    pages: int
    new: int
    records: int
    bytes: int
    gaps: tuple[dict[str, str], ...]
    open: int


@dataclass
class Walk:
    """One pull under way. The caller holds the lock of the source."""

    root: Path
    register: Path
    plan: Plan
    client: Client
    now: Callable[[], datetime]
    begun: Pulled | None = None
    progress: Progress = lambda _name, _pages: None
    _have: dict[str, Line] = field(default_factory=dict)
    _done: set[str] = field(default_factory=set)
    _items: set[tuple[str, str]] = field(default_factory=set)
    _gaps: list[dict[str, str]] = field(default_factory=list)
    _new: int = 0

    def run(self) -> Outcome:
        """Ask for everything the plan names and write the end into the journal.

        Raises:
            SourceError: something did not come. What came is kept, and running again carries on.
        """
        self._open()
        lost = self.plan.lost
        try:
            for ask in self.plan.pull.requests:
                if lost and ask.windowed:
                    span = f"{iso(lost[0])}..{iso(lost[1])}"
                    self._gaps.append({"ask": ask.name, "reason": NOT_KEPT, "detail": span})
                for window in self.plan.windows(ask):
                    self._list(ask, window)
                self._still_open(ask)
        except SourceError as error:
            raise refusals.gave_up(error, len(self._done)) from error
        self._journal.append(END, at=iso(self.now()), gaps=self._gaps, pages=len(self._done))
        lines = [self._have[key] for key in self._done]
        return Outcome(self.plan.source.id, self._journal.name, len(lines), self._new,
                       sum(line["records"] or 0 for line in lines), sum(line["bytes"] for line in lines),
                       tuple(self._gaps), sum(bool(line.get("open")) for line in lines))

    def _open(self) -> None:
        place = pulled.folder(self.register, self.plan.source.id)
        self._journal = Journal(place / f"{self.begun.name if self.begun else self._free(place)}.jsonl")
        if self.begun:
            self._have = dict(self.begun.pages)
            self._journal.append(RESUMED, at=iso(self.now()), torn=self._journal.mend())
        else:
            self._journal.append(BEGIN, **facts(self.plan))
        self._seq = max((line["seq"] for line in self._have.values()), default=0)

    def _free(self, place: Path) -> str:
        """Return the name of a new pull; a second one in one second gets a number."""
        name, number = self.plan.name, 2
        while (place / f"{name}.jsonl").exists():
            name, number = f"{self.plan.name}-{number}", number + 1
        return name

    def _list(self, ask: Ask, window: Window) -> None:
        """Ask for every page of a list in a window, then for what each record leads to. A window too full is halved."""
        url: httpx.URL | None = self.plan.url(ask.path, ask.query, window, ask)
        seen: set[httpx.URL] = set()
        found: list[Lead] = []
        while url is not None:
            _new(url, seen, ask.name)
            key = f"{ask.name}/{window}/{len(seen)}"
            answer, page = self._page(ask, url, key, window, len(seen) - 1)
            if ask.expect and not pages.holds(ask.expect, page.document):
                raise SourceError(f"{ask.name}: {ask.expect.otherwise}", advice=f"it needs {self.plan.pull.scope}")
            if page.too_full:
                for half in self._halves(ask, window):
                    self._list(ask, half)
                return
            found += _leads(ask, answer.url, page, key)
            url = page.following
        self._follow(ask, found)

    def _follow(self, ask: Ask, leads: Iterable[Lead]) -> None:
        """Ask for what records lead to, and for what that leads to in turn, however deep."""
        waiting = list(leads)[::-1]
        while waiting:
            waiting += self._item(ask, *waiting.pop())[::-1]

    def _page(self, ask: Ask, url: httpx.URL, key: str, window: Window, number: int) -> tuple[Answer, pages.Page]:
        """Return a page, from the journal or from the server: written down once it was understood."""
        line = self._kept(key) if not self._stale(ask, key) else None
        if line:
            answer = self._read(line)
            return answer, pages.understand(answer, ask, number)
        answer = self.client.get(url, what=ask.name, scope=ask.scope, empty=ask.empty)
        page = pages.understand(answer, ask, number)
        keep = ask.keep if answer.status == 200 else "register"  # words about there being nothing are no page
        member = None if ask.windowed or keep != "logs" else self._member(ask.name, str(number + 1))
        self._write(key, ask.name, answer, keep=keep, records=len(page.records), member=member, window=str(window))
        return answer, page

    def _halves(self, ask: Ask, window: Window) -> tuple[Window, Window]:
        halves = window.halves(_STEPS.get(ask.times, timedelta(seconds=1))) if ask.windowed and not window.day else None
        if halves is None:
            raise SourceError(f"{ask.name}: more records in {window} than the server lists, and no shorter window can "
                              "be asked for", advice="export that time by hand")
        return halves

    def _item(self, ask: Ask, each: Each, reference: str, link: httpx.URL | None) -> list[Lead]:
        """Ask for what one record leads to, once: one answer, or every page of a list; return what that leads to."""
        if (each.name, reference) in self._items:
            return []
        self._items.add((each.name, reference))
        url: httpx.URL | None = link or self.plan.url(each.path or "", each.query, None, ask, reference)
        seen: set[httpx.URL] = set()
        found: list[Lead] = []
        while url is not None:
            _new(url, seen, each.name)
            key = "/".join([each.name, reference, *([str(len(seen))] if each.is_list else [])])
            line = self._kept(key) or self._answered(ask, each, reference, url, key, len(seen))
            if line["status"] == 404 and 404 not in each.empty:
                self._gaps.append({"ask": ask.name, "reason": GONE, "detail": reference})
            if line["status"] != 200 or not each.is_list:
                break
            page = pages.understand(self._read(line), each, len(seen) - 1)
            found += _leads(ask, url, page, key) if each.nested else ()
            url = page.following
        return found

    def _answered(self, ask: Ask, each: Each, reference: str, url: httpx.URL, key: str, number: int) -> Line:
        """Ask for what one record leads to, and write down what came once it was understood."""
        what = f"{each.name} {reference[:80]}" if each.path else each.name
        try:
            answer = (self.client.get(url, what=what, scope=ask.scope, empty=each.empty) if each.path
                      else self._file(each, url))
        except refusals.NotThereError as error:
            return self._write(key, each.name, Answer(httpx.URL(self.plan.base), 404, {}, b"", self.now()),
                               keep="none", records=0, item=reference, open=False, detail=error.message)
        if answer.status != 200:
            return self._write(key, each.name, answer, keep="register", records=0, item=reference, open=False)
        document = pages.parse(answer, each.name) if each.body == "json" else None
        records = 1 if each.body == "json" else None
        if each.is_list:
            records = len(pages.understand(answer, each, number - 1).records)
        suffix = "json" if each.body == "json" else _SUFFIX.get(self.plan.connector.reader.format[0], "json")
        member = None if ask.windowed or each.links else self._member(each.name, reference, str(number))
        return self._write(key, each.name, answer, keep="logs", records=records, suffix=suffix, member=member,
                           item=reference, open=any(pages.holds(condition, document) for condition in each.open),
                           **({} if each.path else {"url": str(url.copy_with(query=None))}))

    def _member(self, *steps: str) -> str:
        """Return the path in a ZIP that says what an answer was to: no step of it leads anywhere else."""
        return "/".join([self._journal.name, *(quote(step, safe="") for step in steps)]) + ".json"

    def _file(self, each: Each, link: httpx.URL) -> Answer:
        """Fetch a file to which a record leads, without the key, from a host that is known."""
        hosts = (*each.hosts, *self.plan.settings.hosts)
        if not any(fnmatch.fnmatchcase(link.host, host) for host in hosts):
            raise SourceError(f"{each.name}: the file lies on {link.host[:200]}, which is not among the known hosts",
                              advice="if it is the vendor's, name it under pull: hosts: in evidence.yaml")
        if link.scheme != "https" and not (link.scheme == "http" and loopback(link.host)):
            raise SourceError(f"{each.name}: expected https, found {link.scheme}://{link.host[:200]}")
        return self.client.get(link, what=each.name, keyed=False)

    def _still_open(self, ask: Ask) -> None:
        """Ask again for what could still change when it was last seen."""
        self._follow(ask, ((each, item, None) for name, item in self.plan.again for each in ask.each
                           if each.name == name and each.path))

    def _stale(self, ask: Ask, key: str) -> bool:
        """Say whether a page holds addresses that have expired since: some of its files are still to come."""
        linked = [each for each in ask.each if each.links]
        if not linked or key not in self._have:
            return False
        line = self._kept(key)
        if line is None:
            return True
        document = pages.parse(self._read(line), ask.name) if line.get("path") else None
        return any(self._kept(f"{each.name}/{key}/{n}") is None
                   for each in linked for n, _ in enumerate(pages.links(document, each.links or "")))

    def _kept(self, key: str) -> Line | None:
        """Return the receipt of a page that lies where the receipt says, unchanged."""
        line = self._have.get(key)
        if line is None:
            return None
        if path := line.get("path"):
            try:
                if hashlib.sha256((self.root / path).read_bytes()).hexdigest() != line["sha256"]:
                    return None
            except OSError:
                return None
        self._done.add(key)
        return line

    def _read(self, line: Line) -> Answer:
        body = b""
        if line.get("path"):
            path = self.root / line["path"]
            body = zips.unpack(path, line["member"]) if line.get("member") else path.read_bytes()
        return Answer(httpx.URL(line["url"]), line["status"], line["headers"], body, datetime.fromisoformat(line["at"]))

    def _write(self, key: str, name: str, answer: Answer, *, keep: str, records: int | None, suffix: str = "json",
               member: str | None = None, **more: object) -> Line:
        """Put a page on the disk, then its receipt into the journal. In a ZIP lies what was received, as it was."""
        self._seq += 1
        path, body = None, answer.body
        if member and body:
            body, suffix = zips.pack({member: body}), "zip"
            more |= {"member": member, "received_sha256": hashlib.sha256(answer.body).hexdigest()}
        if body and keep != "none":
            place = (Path(self.plan.into) if keep == "logs" else self._journal.path.parent.relative_to(self.root))
            path = (place / self._journal.name / f"{name}-{self._seq:06d}.{suffix}").as_posix()
            with disk.whole(self.root / path) as file:
                file.write(body)
        line = {"key": key, "seq": self._seq, "ask": name, "url": str(answer.url), "at": iso(answer.at),
                "status": answer.status, "headers": dict(answer.headers), "attempts": answer.attempts,
                "bytes": len(answer.body), "sha256": hashlib.sha256(body).hexdigest(), "records": records,
                "path": path, "keep": keep, **more}
        self._have[key] = self._journal.append(PAGE, **line)
        self._done.add(key)
        self._new += 1
        self.progress(name, len(self._done))
        return self._have[key]


def _new(url: httpx.URL, seen: set[httpx.URL], what: str) -> None:
    """Remember that a page was asked for; refuse one that was asked for already."""
    if url in seen:
        raise SourceError(f"{what}: the server leads back to a page that was read already",
                          advice="export by hand, and tell the vendor")
    seen.add(url)


def _leads(ask: Ask, here: httpx.URL, page: pages.Page, key: str) -> Iterator[Lead]:
    """Yield what the records of a page lead to: items by their id, or addresses of files."""
    for each in ask.each:
        if each.links:
            yield from ((each, f"{key}/{number}", here.join(link))
                        for number, link in enumerate(pages.links(page.document, each.links)))
            continue
        for record in page.records:
            item = pages.says(pages.dig(record, each.id))
            if not item or len(item) > LONGEST_ID:
                raise SourceError(f"{ask.name}: a record without a usable {each.id}: nothing more can be asked of it",
                                  advice="the vendor's API may have changed; export by hand")
            if all(pages.has(pages.dig(record, name), least) for name, least in each.at_least.items()):
                yield each, item, None
