"""A company folder with connectors of its own, small enough to see through."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from evidence import pipeline
from evidence.ingest.job import IngestSummary
from evidence.model import Company, Period
from evidence.store import Store

NOTHING = partial({}.get, "no scanner")
AT = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
PERIOD = Period.month("2026-10", "UTC")

CHAT_YAML = """
id: plain_chat
title: A gateway that writes one exchange per record
role: gateway
vendor_page: "none: a file of the tests"
reads: JSON
reader: {format: json, records: [data, .]}
shape: {id: VARCHAR, at: VARCHAR, who: VARCHAR, ask: VARCHAR, answer: VARCHAR, kind: VARCHAR, state: VARCHAR}
require: [id]
detect: {all: [id], any: [ask, answer]}
capabilities: [prompt, response]
relations: [exchange]
skips: [{when: "r.s.kind = 'heartbeat'", reason: heartbeat}]
limits: everything
"""
CHAT_SQL = """
SELECT r.record_no, r.s.id AS native_id, utc(r.s.at) AS event_time, r.s.at AS event_time_raw, r.s.who AS subject,
       'exact' AS pairing, COALESCE(r.s.state, 'forwarded') AS outcome,
       r.s.ask AS prompt, 'record:/ask' AS prompt_part, r.s.answer AS response, 'record:/answer' AS response_part
FROM record AS r
"""
DOOR_YAML = """
id: plain_door
title: A list of sign-ins
role: idp
vendor_page: "none: a file of the tests"
reads: CSV
reader: {format: csv, columns: [event, at, who]}
shape: {event: VARCHAR, at: VARCHAR, who: VARCHAR, result: VARCHAR}
require: [event, at]
detect: {all: [event, who]}
capabilities: [sign_in]
relations: [sign_in]
limits: everything
"""
DOOR_SQL = """
SELECT r.record_no, r.s.event AS native_id, utc(r.s.at) AS event_time, r.s.at AS event_time_raw,
       COALESCE(r.issuer, 'here') AS issuer, r.s.who AS subject, 'person' AS subject_kind,
       COALESCE(nz(r.s.result), 'success') AS outcome, 'authn' AS event_kind, 'unknown' AS mfa_state
FROM record AS r
"""


def company(root: Path, *sources: Mapping[str, Any], **more: Any) -> Store:
    """A company folder with two connectors, its logs empty."""
    for name, text, sql in (("plain_chat", CHAT_YAML, ("exchange", CHAT_SQL)), ("plain_door", DOOR_YAML, ("sign_in", DOOR_SQL))):
        folder = root / "own" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "connector.yaml").write_text(text, "utf-8")
        (folder / f"{sql[0]}.sql").write_text(sql[1], "utf-8")
    (root / "logs").mkdir(exist_ok=True)
    given = list(sources) or [{"id": "chat", "connector": "plain_chat", "paths": ["logs/chat*"]},
                              {"id": "door", "connector": "plain_door", "paths": ["logs/door*"], "required": False}]
    ingest = {"catalogs": ["own"], **more.pop("ingest", {})}
    made = Company.model_validate({"organisation": "Acme", "sources": given, "ingest": ingest, **more})
    return pipeline.open_store(root, made)


def ingest(store: Store, **more: Any) -> IngestSummary:
    """Ingest as the tests do: one process, no scanner, a fixed instant."""
    return pipeline.ingest(store, store.company, **{"received_at": AT, "jobs": 1, "scanner": NOTHING} | more)


def connect(store: Store, **more: Any):
    """Open the store for October."""
    return store.open(period=PERIOD, reference_time=AT, **more)


def chat(number: int, **more: Any) -> dict[str, Any]:
    """One exchange."""
    return {"id": f"x{number}", "at": f"2026-10-{1 + number % 28:02}T10:00:00Z", "who": "mia", "ask": f"ask {number}",
            "answer": f"answer {number}"} | more


def lines(*records: Any) -> bytes:
    """Records as JSON lines."""
    return "".join(json.dumps(r) + "\n" if not isinstance(r, str) else r + "\n" for r in records).encode()


def digests(store: Store) -> dict[str, str]:
    """Every file of every segment with its hash."""
    return {str(p.relative_to(store.segments.root)): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(store.segments.root.rglob("*")) if p.is_file()}
