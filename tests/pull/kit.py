"""An API that a test can see through, a company that pulls from it, and what was stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import yaml

from evidence import config
from evidence.pipeline import pulling
from evidence.pipeline.pulling import Report
from evidence.store import Store, pulled

BASE = "https://api.test"
TOKEN = "tok-canary-5f1d0c9e7b"
NOW = datetime(2026, 11, 9, 8, 30, 15, tzinfo=UTC)
MONTH = datetime(2026, 10, 1, tzinfo=UTC)

CONNECTOR = {
    "id": "door_log", "title": "Doors", "role": "idp", "vendor_page": "none: a file of the tests", "reads": "JSON",
    "reader": {"format": "json", "records": ["items", "."]},
    "shape": {"id": "VARCHAR", "at": "VARCHAR", "who": "VARCHAR", "state": "VARCHAR"},
    "require": ["id", "at"], "detect": {"all": ["id", "at"]}, "capabilities": ["sign_in"], "settling": "1d",
    "relations": ["sign_in"], "limits": "everything"}
SQL = """
SELECT r.record_no, r.s.id AS native_id, utc(r.s.at) AS event_time, r.s.at AS event_time_raw, 'test' AS issuer,
       r.s.who AS subject, 'person' AS subject_kind, 'authn' AS event_kind, 'success' AS outcome,
       'unknown' AS mfa_state
FROM record AS r
"""
WINDOW = {"from": "{from}", "until": "{until}", "limit": "5"}
PAGING: dict[str, dict[str, Any]] = {
    "link": {"by": "link"},
    "next_url": {"by": "next_url", "field": "@odata.nextLink"},
    "cursor": {"by": "cursor", "parameter": "after", "field": "meta.next"},
    "offset": {"by": "offset", "parameter": "offset", "size": "limit"},
    "more": {"by": "offset", "parameter": "offset", "size": "limit", "more": "more"},
    "page": {"by": "page", "parameter": "page", "size": "limit", "first": 1, "pages": "pages"},
    "ceiling": {"by": "offset", "parameter": "offset", "size": "limit", "more": "more", "ceiling": 10},
    "capped": {"by": "offset", "parameter": "offset", "size": "limit", "more": "more", "capped": "capped"},
}


def asks(paging: str = "link", **more: Any) -> dict[str, Any]:
    """Return one list of a connector, in this way of paging."""
    return {"name": "events", "path": "/v1/events", "query": dict(WINDOW), "records": "items",
            "paging": PAGING[paging], "covers": ["sign_in"]} | more


def company(root: Path, *requests: dict[str, Any], source: dict[str, Any] | None = None, **pull: Any) -> Path:
    """Write a company whose one source pulls with these requests."""
    folder = root / "catalog" / "door_log"
    folder.mkdir(parents=True, exist_ok=True)
    declared = {"vendor_page": "https://vendor.test/api", "base_url": BASE, "scope": "the scope logs:read",
                "error": ["error.message"], "rate": {"remaining": "x-rate-remaining", "reset": "x-rate-reset"},
                "requests": list(requests) or [asks()]} | pull
    (folder / "connector.yaml").write_text(yaml.safe_dump({**CONNECTOR, "pull": declared}, sort_keys=False))
    (folder / "sign_in.sql").write_text(SQL)
    written = {"organisation": "Test", "ingest": {"catalogs": ["catalog"]}, "sources": [
        {"id": "doors", "connector": "door_log", "paths": ["logs/doors"],
         "pull": {"token_env": "DOOR_TOKEN", **(source or {})}}]}
    (root / "evidence.yaml").write_text(yaml.safe_dump(written, sort_keys=False))
    return root


class Clock:
    """A clock that a test moves; sleeping moves it too."""

    def __init__(self, now: datetime = NOW) -> None:
        """Begin at an instant."""
        self.now, self.slept = now, []

    def __call__(self) -> datetime:
        """Say what time it is."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


def pull(root: Path, transport: Any, *, clock: Clock | None = None, period: str = "2026-10", **more: Any) -> Report:
    """Pull the source of the company, for October where nothing else is said."""
    clock = clock or Clock()
    found = config.load_company(root)
    return pulling.pull(root, found, found.sources[0], period, now=clock, sleep=clock.sleep,
                        environ={"DOOR_TOKEN": TOKEN},
                        transport=transport if isinstance(transport, httpx.BaseTransport)
                        else httpx.MockTransport(transport), **more)


def records(count: int, step: int = 3600) -> list[dict[str, Any]]:
    """Records from the first of October on, one every so many seconds."""
    return [{"id": f"e{n}", "at": f"{MONTH + timedelta(seconds=step * n):%Y-%m-%dT%H:%M:%SZ}", "who": f"p{n % 3}"}
            for n in range(count)]


class Api:
    """A vendor's API over records, in every way of paging at once. ``calls`` are the requests that it answered."""

    def __init__(self, stock: list[dict[str, Any]], *, ceiling: int | None = None, clock: Clock | None = None) -> None:
        """Hold records; beyond the ceiling nothing is listed."""
        self.stock, self.ceiling, self.clock = stock, ceiling, clock or Clock()
        self.calls: list[str] = []
        self.seen_tokens: set[str] = set()
        self.before: Callable[[httpx.Request], httpx.Response | None] = lambda _request: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer, unless ``before`` answers first."""
        if other := self.before(request):
            other.headers.setdefault("date", format_datetime(self.clock.now, usegmt=True))
            return other
        self.calls.append(str(request.url))
        self.seen_tokens.add(request.headers.get("authorization", ""))
        return self.answer(request)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Return one record, or the page of a window."""
        parts = urlsplit(str(request.url))
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.startswith("/v1/events/"):
            item = parts.path.rsplit("/", 1)[1]
            found = [r for r in self.stock if r["id"] == item]
            return self.json(found[0]) if found else self.json({"error": {"message": "no such event"}}, 404)
        inside = [r for r in self.stock if asked["from"] <= r["at"] <= asked["until"]]
        return self.page(parts, asked, inside)

    def page(self, parts: Any, asked: dict[str, str], inside: list[dict[str, Any]]) -> httpx.Response:
        """Return a page of the records inside the window, with every hint to the next one."""
        size = int(asked["limit"])
        if "page" in asked:
            start = (int(asked["page"]) - 1) * size
        else:
            start = int(asked.get("offset") or asked.get("after") or asked.get("$skip") or 0)
        if self.ceiling is not None and start > self.ceiling:
            return self.json({"error": {"message": "offset too large"}}, 422)
        more = start + size < len(inside)
        body: dict[str, Any] = {
            "items": inside[start:start + size], "more": more, "pages": -(-len(inside) // size),
            "capped": self.ceiling is not None and len(inside) > self.ceiling,
            "meta": {"next": str(start + size) if more else None}}
        following = f"{BASE}{parts.path}?" + "&".join(
            f"{n}={httpx.QueryParams({n: v})[n]}" for n, v in {**asked, "$skip": str(start + size)}.items())
        if more:
            body["@odata.nextLink"] = following
        return self.json(body, headers={"link": f'<{following}>; rel="next", <{BASE}/v1/events>; rel="first"'} if more else {})

    def json(self, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> httpx.Response:
        """Return an answer with JSON in it and the time of the clock."""
        return httpx.Response(status, headers={"content-type": "application/json",
                                               "date": format_datetime(self.clock.now, usegmt=True), **(headers or {})},
                              content=json.dumps(body).encode())


def journal(root: Path) -> pulled.Pulled:
    """The one journal of the company."""
    found = pulled.pulls(store(root).register, "doors")
    assert len(found) == 1
    return found[0]


def store(root: Path) -> Store:
    """The store of the company."""
    return Store(root, config.load_company(root))


def stored(root: Path) -> dict[str, bytes]:
    """Every page in the source's folder, by its name."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted((root / "logs").rglob("*"))
            if path.suffix in {".json", ".zip"}}


def ids(root: Path) -> list[str]:
    """The ids of all records of all pages, as often as they stand there."""
    found = []
    for body in stored(root).values():
        document = json.loads(body)
        found += [r["id"] for r in document.get("items", [document])]
    return sorted(found)


def agrees(root: Path) -> None:
    """Every page has a receipt with its hash, every receipt its page, and no page stands there twice."""
    pages = stored(root)
    receipts = {line["path"]: line["sha256"] for line in journal(root).files}
    assert {path: hashlib.sha256(body).hexdigest() for path, body in pages.items()} == receipts
