"""Receipts of pulls: what a source was asked, when, and what came of it.

A pull is one journal, ``register/pull/<source>/<pull>.jsonl``: a line ``begin`` with the windows asked for and what
they cover, a line ``page`` for each answer (request without secrets, time, status, headers, count, SHA-256 of the file,
where it lies, and of what lies in a ZIP the member and the SHA-256 of what was received), and a line ``end``. A page is
on the disk before its line is. What has no ``end`` was not finished, and proves nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from evidence.errors import CustodyError, Where
from evidence.store import disk

BEGIN: Final = "begin"
PAGE: Final = "page"
RESUMED: Final = "resumed"
END: Final = "end"
UNFINISHED: Final = "pull_unfinished"
NOT_RECEIVED: Final = "pulled_page_not_received"

Line = dict[str, Any]
Interval = tuple[str, str]


def folder(register: Path, source_id: str) -> Path:
    """Return where the journals of a source lie."""
    return register / "pull" / source_id


def iso(instant: datetime) -> str:
    """Return an instant as receipts write it, so that texts sort like instants."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Journal:
    """The file of one pull. Lines are only ever added, each on the disk before the next request is made."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is read yet."""
        self.path = path

    @property
    def name(self) -> str:
        """The name of the pull."""
        return self.path.name.removesuffix(".jsonl")

    def lines(self) -> Iterator[Line]:
        """Yield every whole line, oldest first; a last one without its end was cut by a kill and counts for nothing.

        Raises:
            CustodyError: a line is not what a receipt looks like.
        """
        with self.path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                if not raw.endswith(b"\n"):
                    return
                try:
                    line = json.loads(raw)
                except ValueError as error:
                    raise self._wrong(number) from error
                if not isinstance(line, dict) or line.get("event") not in {BEGIN, PAGE, RESUMED, END}:
                    raise self._wrong(number)
                yield line

    def mend(self) -> int:
        """Cut off a last line that a kill left without its end, and return how many bytes it had."""
        data = self.path.read_bytes()
        torn = len(data) - (data.rfind(b"\n") + 1)
        if torn:
            os.truncate(self.path, len(data) - torn)
        return torn

    def append(self, event: str, **facts: object) -> Line:
        """Add a line, on the disk when this returns, and return it."""
        import rfc8785

        line: Line = {"event": event, **facts}
        disk.folder(self.path.parent)
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(rfc8785.dumps(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        disk.sync(self.path.parent)
        return line

    def _wrong(self, number: int) -> CustodyError:
        return CustodyError("expected a receipt of a pull", where=Where(str(self.path), number),
                            advice="bring the register back from the backup; it is never edited")


@dataclass(frozen=True, slots=True)
class Pulled:
    """One pull, as its journal tells it: of several answers under one key the last holds."""

    name: str
    begin: Line
    pages: dict[str, Line]
    end: Line | None
    sha256: str

    @property
    def files(self) -> list[Line]:
        """The pages that lie in the source's folder, for ingest."""
        return [page for page in self.pages.values() if page.get("path") and page.get("keep") == "logs"]


def read(journal: Journal) -> Pulled | None:
    """Return what a journal tells, or None where it was killed before its first line was whole."""
    begin: Line | None = None
    end: Line | None = None
    pages: dict[str, Line] = {}
    for line in journal.lines():
        if line["event"] == BEGIN:
            begin = line
        elif line["event"] == PAGE:
            pages[line["key"]] = line
        elif line["event"] == END:
            end = line
    if begin is None:
        return None
    return Pulled(journal.name, begin, pages, end, hashlib.sha256(journal.path.read_bytes()).hexdigest())


def pulls(register: Path, source_id: str) -> list[Pulled]:
    """Return the pulls of a source, oldest first."""
    found = (read(Journal(path)) for path in sorted(folder(register, source_id).glob("*.jsonl")))
    return sorted((one for one in found if one), key=lambda one: (one.begin["at"], one.name))


def observed(register: Path, source_id: str) -> dict[str, tuple[str, str]]:
    """Return, for the path of each pulled page, its SHA-256 and the minute in which the source answered (decision 7).

    Rounded down to the minute: pages of one minute are read together, which a month of small pages needs.
    """
    return {page["path"]: (page["sha256"], datetime.fromisoformat(page["at"]).replace(second=0, microsecond=0)
                           .isoformat()) for pull in pulls(register, source_id) for page in pull.files}


def windows(register: Path, source_id: str, received: Collection[str]) -> list[dict[str, Any]]:
    """Return rows of ``source_window``: what the receipts of a source prove, given the files (hashes) received.

    A finished pull covers its windows once each of its pages was received. One that was not finished, or of which a
    page is missing, is a gap, except where another pull covers the same.
    """
    proven: dict[str, list[Interval]] = {}
    rows: list[dict[str, Any]] = []
    lacking: list[tuple[Pulled, Line, str]] = []
    for pull in pulls(register, source_id):
        hashes = [page["sha256"] for page in pull.files]
        if not any(sha in received for sha in hashes):
            continue  # nothing of it belongs to what this run looks at
        for cover in _covers(pull):
            if reason := _lacks(pull, cover, all(sha in received for sha in hashes)):
                lacking.append((pull, cover, reason))
            elif cover["from"] < cover["settled"]:
                proven.setdefault(cover["stream"], []).append((cover["from"], cover["settled"]))
                rows.append(_row(source_id, pull, cover, (cover["from"], cover["settled"]), None))
    for pull, cover, reason in lacking:
        rest = _without((cover["from"], cover["until"]), proven.get(cover["stream"], []))
        rows += [_row(source_id, pull, cover, piece, reason) for piece in rest]
    return rows


def custody(register: Path, source_id: str, received: Collection[str]) -> list[dict[str, Any]]:
    """Return the pulls of a source of which something was received, as ``custody.json`` tells them (FORMAT 11).

    Addresses and headers stay in the journal, which its digest names.
    """
    found = []
    for pull in pulls(register, source_id):
        hashes = [page["sha256"] for page in pull.files]
        if taken := sorted({sha for sha in hashes if sha in received}):
            found.append({"source_id": source_id, "pull": pull.name, "journal_sha256": pull.sha256,
                          "begun": pull.begin["at"], "ended": pull.end["at"] if pull.end else None,
                          "answers": len(pull.pages), "files": taken,
                          "missing": sum(sha not in received for sha in hashes),
                          "gaps": sorted({gap["reason"] for gap in pull.end["gaps"]} if pull.end else {UNFINISHED})})
    return found


def _covers(pull: Pulled) -> Iterator[Line]:
    for asked in pull.begin["asked"]:
        for stream in asked["streams"]:
            yield {**asked, "stream": stream}


def _lacks(pull: Pulled, cover: Line, whole: bool) -> str | None:
    if pull.end is None:
        return UNFINISHED
    reasons = [gap["reason"] for gap in pull.end["gaps"] if gap["ask"] == cover["ask"]]
    return reasons[0] if reasons else None if whole else NOT_RECEIVED


def _without(interval: Interval, others: list[Interval]) -> list[Interval]:
    """Return what is left of an interval when others are taken away."""
    pieces, start = [], interval[0]
    for begin, end in sorted(others):
        if begin >= interval[1]:
            break
        if begin > start:
            pieces.append((start, begin))
        start = max(start, end)
    return [*pieces, (start, interval[1])] if start < interval[1] else pieces


def _row(source_id: str, pull: Pulled, cover: Line, piece: Interval, reason: str | None) -> dict[str, Any]:
    start, stop, seen = (datetime.fromisoformat(text).replace(tzinfo=None) for text in (*piece, pull.begin["at"]))
    return {"source_id": source_id, "ordinal": 0, "locator": f"register/pull/{source_id}/{pull.name}.jsonl#1",
            "native_id": f"pull/{source_id}/{pull.name}/{cover['ask']}/{cover['stream']}/{piece[0]}",
            "record_hash": pull.sha256, "observed_at": seen, "event_time": start, "event_time_raw": piece[0],
            "end_time": stop, "stream": cover["stream"], "basis": "receipt", "complete": reason is None,
            "source_rows": None, "reason": reason}
