"""Records of the gateway: sessions with their recording, reviews, list pages, settings of connections."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from evidence.simulate.clock import SECOND, between, micros, millis, new_id, seconds
from evidence.simulate.http import Ask, request, response

HOST = "ai-gateway.aldermoor.example:18888"
NEVER = "9999-12-31T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection of the gateway: what it leads to and what the company demands of it."""

    name: str
    kind: str
    subtype: str
    wire: str
    risk: str
    masking: bool = True
    jit: bool = False
    command: bool = False
    tags: tuple[tuple[str, str], ...] = (("environment", "prod"),)


@dataclass(slots=True)
class Owner:
    """Who holds a session, in the gateway's words."""

    user: str
    user_id: str
    name: str
    identity_type: str = "user"


@dataclass(slots=True)
class Decision:
    """What one group of reviewers said."""

    group: str
    status: str = "PENDING"
    email: str = ""
    subject: str = ""
    name: str = ""
    when: datetime | None = None
    forced: bool = False


@dataclass(slots=True)
class Review:
    """A request for approval."""

    id: str
    session: str
    kind: str
    created: datetime
    status: str
    decisions: list[Decision]
    duration: timedelta = timedelta(0)
    expires: datetime | None = None
    rule: str | None = "data-jit"
    minimum: int | None = 1
    hours: tuple[str, str] | None = None
    rejection: str | None = None

    def embedded(self, *, full: bool = True) -> dict[str, Any]:
        """Return the review as a session carries it; list rows know less of it."""
        window = None
        if self.hours and full:
            window = {"type": "time_range", "configuration": {"start_time": self.hours[0], "end_time": self.hours[1]}}
        record: dict[str, Any] = {
            "id": self.id, "type": self.kind, "access_duration": int(self.duration / SECOND) * 1_000_000_000,
            "status": self.status, "revoke_at": millis(self.expires) if self.expires else None,
            "created_at": millis(self.created),
            "review_groups_data": [self._group(d, full=full) for d in self.decisions],
            "time_window": window, "access_request_rule_name": self.rule if full else None,
            "min_approvals": self.minimum if full else None,
            "force_approval_groups": ["platform-oncall"] if full and self.rule else None,
        }
        if self.rejection:
            record["rejection_reason"] = self.rejection
        return record

    def listed(self) -> dict[str, Any]:
        """Return the review as the list of all reviews shows it: no forced flags, no hours."""
        record = self.embedded()
        record["time_window"] = None
        for group in record["review_groups_data"]:
            group["forced_review"] = False
        return {"id": record.pop("id"), "session": self.session, **record}

    def _group(self, decision: Decision, *, full: bool) -> dict[str, Any]:
        reviewer = None
        if decision.when:
            reviewer = {"id": decision.subject, "name": decision.name, "email": decision.email, "slack_id": ""}
        position = self.decisions.index(decision)
        return {"id": f"{self.id[:-4]}{position:04x}", "group": decision.group, "status": decision.status,
                "reviewed_by": reviewer, "review_date": millis(decision.when) if decision.when else None,
                "forced_review": decision.forced and full}


@dataclass(slots=True)
class Recording:
    """The event stream of one tunnel, and when each of its exchanges began."""

    events: list[list[Any]] = field(default_factory=list)
    starts: list[datetime] = field(default_factory=list)
    base: datetime | None = None
    last: float = 0.0
    size: int = 0

    def add(self, moment: datetime, kind: str, data: bytes) -> None:
        """Append one piece at its place in time."""
        if self.base is None:
            raise ValueError("a recording needs its base before its first piece")
        self.last = round((moment - self.base) / SECOND, 6)
        self.size += len(data)
        self.events.append([self.last, kind, base64.b64encode(data).decode()])


def record(asks: Sequence[tuple[datetime, Ask]], base: datetime, rng: Random, *, overlap: bool = False) -> Recording:
    """Return the recording of exchanges; overlapping ones send every request before the first answer."""
    tape = Recording(base=base)
    waiting: list[tuple[datetime, Ask]] = []
    for moment, ask in asks:
        tape.starts.append(moment)
        tape.add(moment, "i", request(ask, rng, HOST))
        waiting.append((moment, ask))
        if not overlap:
            _answer(tape, *waiting.pop(), rng)
    for _, ask in waiting:
        _answer(tape, base + timedelta(seconds=tape.last), ask, rng)
    return tape


def _answer(tape: Recording, moment: datetime, ask: Ask, rng: Random) -> None:
    moment += between(rng, 200 * SECOND / 1000, 1500 * SECOND / 1000)
    for piece in response(ask, rng):
        tape.add(moment, "o", piece)
        moment += between(rng, SECOND / 10_000, SECOND / 20)


def session(rng: Random, owner: Owner, connection: Connection, start: datetime, *, org: str) -> dict[str, Any]:
    """Return a session with nothing in it yet, every key in its place."""
    record: dict[str, Any] = {
        "id": new_id(rng), "org_id": org, "script": {"data": ""}, "script_size": 0, "labels": None,
        "integrations_metadata": None, "metadata": None, "metrics": None, "user": owner.user, "user_id": owner.user_id,
        "user_name": owner.name, "type": connection.kind, "connection_subtype": connection.subtype,
        "connection": connection.name, "resource_name": connection.name, "role_name": connection.name,
        "connection_tags": dict(connection.tags), "review": None, "verb": "connect", "status": "done",
        "exit_code": None, "event_size": 0, "start_date": micros(start), "end_date": None, "ai_analysis": None,
        "guardrails_info": None, "identity_type": owner.identity_type,
    }
    if owner.identity_type == "machine":
        record["machine_identity_id"] = owner.user_id
    return record


def credentials(record: dict[str, Any], expires: datetime | None, *, exported: datetime) -> dict[str, Any]:
    """Turn a session into an issuance of credentials that end at ``expires``, or never."""
    record["metadata"] = {"credentials_expire_at": seconds(expires) if expires else NEVER}
    record["metrics"] = {}
    if expires and expires < exported:
        record["end_date"] = seconds(expires + 7 * SECOND)
        record["metadata"]["credentials_revoked_at"] = seconds(expires + 7 * SECOND)
    elif expires:
        record["status"] = "open"
    return record


def metrics(size: int, masked: dict[str, int], *, analysed: dict[str, int] | None = None, errors: int = 0,
            truncated: bool = False, verdicts: Sequence[str] = ()) -> dict[str, Any]:
    """Return the counters that the gateway writes when a session closes."""
    record: dict[str, Any] = {"data_masking": {
        "info_types": dict(sorted(masked.items())), "total_redact_count": sum(masked.values()),
        "transformed_bytes": 17 * sum(masked.values()), "err_count": errors}}
    if verdicts:
        stopped = sum(verdict == "block" for verdict in verdicts)
        levels = {"low": len(verdicts) - stopped, "high": stopped}
        outcomes = {"allow": len(verdicts) - stopped, "block": stopped}
        record["ai_analyzer"] = {"total_requests": len(verdicts), "risk_counts": {k: v for k, v in levels.items() if v},
                                 "outcome_counts": {k: v for k, v in outcomes.items() if v}, "blocked_count": stopped}
        if stopped:
            record["ai_analyzer"]["worst"] = {
                "outcome": "block", "risk_level": "high", "title": "Credential disclosure",
                "explanation": "The prompt holds what looks like a private key.", "rule_name": "stop-credentials"}
    record["event_size"], record["truncated"] = size, truncated
    known = {key: n for key, n in (analysed if analysed is not None else masked).items()
             if key in {"PERSON", "PHONE_NUMBER", "LOCATION", "EMAIL_ADDRESS"}}
    if known:
        record["data_analyzer"] = dict(sorted(known.items()))
    return record


def list_row(record: dict[str, Any], review: Review | None) -> dict[str, Any]:
    """Return the session as the list shows it: no script, no recording, no analysis, less of the review."""
    row = {key: value for key, value in record.items() if key != "event_stream"}
    row["script"], row["ai_analysis"] = {"data": ""}, None
    row["review"] = review.embedded(full=False) if review else None
    return row


def connection_detail(connection: Connection, ids: tuple[str, str], *, masking: bool) -> dict[str, Any]:
    """Return a connection's settings as they stand at one instant."""
    ident, agent = ids
    return {
        "id": ident, "name": connection.name, "command": [], "resource_name": connection.name, "type": connection.kind,
        "subtype": connection.subtype, "secret": {}, "default_database": "", "agent_id": agent, "status": "online",
        "reviewers": [], "redact_enabled": True, "redact_types": [], "managed_by": None, "tags": None,
        "connection_tags": dict(connection.tags), "access_mode_runbooks": "disabled",
        "access_mode_exec": "enabled" if connection.command else "disabled",
        "access_mode_connect": "disabled" if connection.command else "enabled", "access_schema": "disabled",
        "guardrail_rules": [], "jira_issue_template_id": "", "force_approve_groups": None,
        "access_max_duration": 14400 if connection.jit else None, "min_review_approvals": None,
        "mandatory_metadata_fields": None, "attributes": ["ai"],
        "effective_features": {
            "guardrails": True, "data_masking": masking, "ai_session_analyzer": True, "jira_templates": False,
            "mandatory_metadata": False,
            "access_request": {"command": connection.command, "jit": connection.jit, "legacy_reviewers": False}},
    }
