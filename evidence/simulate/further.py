"""Further sources of a tiny company: a gateway that knows tokens, a token service, tickets, the vendor's requests.

The first gateway writes down neither token nor address. This one does, so that a request can be tied to the very token,
to the session or to the address; and its tickets are approved in another system.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from evidence.simulate.clock import micros, seconds
from evidence.simulate.people import Person
from evidence.simulate.sink import Sink

EDGE_COLUMNS = {name: name for name in (
    "time", "id", "user_email", "client_ip", "token", "token_issued", "token_expires", "authenticated", "idp_session",
    "connection", "route", "model", "outcome", "prompt", "response", "correlation", "provider_request")}
TOKEN_COLUMNS = {name: name for name in (
    "at", "id", "subject", "who", "event", "outcome", "session", "token", "expires")}
TICKET_COLUMNS = ("approval_id", "requested_at", "requester_email", "ticket", "exchange_id", "prompt_sha256",
                  "approver_email", "approver_group", "decision", "decided_at")
SURFACES = ({"source": "github-requests", "surface": "%", "rule": "must_be_gated"},)


@dataclass(slots=True)
class Further:
    """Records of the further sources, as they will be written."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[dict[str, str]] = field(default_factory=list)
    tickets: list[dict[str, str]] = field(default_factory=list)
    vendor: list[dict[str, Any]] = field(default_factory=list)

    def request(self, ident: str, person: Person, when: datetime, *, prompt: str = "Explain this function.",
                connection: str = "edge-chat", **more: str | datetime) -> None:
        """Record a request at the second gateway, with whatever it knows of token, session, address and ticket."""
        known = {key: micros(value) if isinstance(value, datetime) else value for key, value in more.items()}
        self.requests.append({"time": micros(when), "id": ident, "user_email": person.mail, "connection": connection,
                              "route": "/v1/chat/completions", "model": "gpt-4o", "outcome": "forwarded",
                              "prompt": prompt, "response": "It adds two numbers.", **known})

    def token(self, ident: str, person: Person, when: datetime, expires: datetime, session: str) -> None:
        """Record that the token service issued a token, silently, in a session of the identity provider."""
        self.tokens.append({"at": micros(when), "id": f"issue-{ident}", "subject": person.oid, "who": person.upn,
                            "event": "token", "outcome": "success", "session": session, "token": ident,
                            "expires": micros(expires)})

    def ticket(self, ident: str, person: Person, asked: datetime, decided: datetime, by: Person,
               **more: str) -> None:
        """Record a ticket that somebody approved."""
        self.tickets.append({"approval_id": ident, "requested_at": micros(asked), "requester_email": person.mail,
                             "approver_email": by.mail, "approver_group": "ai-approvers", "decision": "approved",
                             "decided_at": micros(decided), **more})

    def at_vendor(self, ident: str, person: Person, when: datetime, prompt: str) -> None:
        """Record a request as the assistant's vendor saw it."""
        body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": prompt}]})
        self.vendor.append({"type": "request", "user_id": str(person.login_id), "enterprise_id": "77",
                            "github_request_id": ident, "endpoint": "/chat/completions", "body": body,
                            "truncated": False, "@timestamp": int(when.timestamp() * 1000)})

    def write(self, sink: Sink) -> None:
        """Write a file for each source that has records."""
        if self.requests:
            sink.lines("edge/requests.ndjson", self.requests)
        if self.tokens:
            sink.write("tokens/issued.csv", _csv(tuple(TOKEN_COLUMNS), self.tokens))
        if self.tickets:
            sink.write("tickets/approvals.csv", _csv(TICKET_COLUMNS, self.tickets))
        if self.vendor:
            sink.lines("github/requests/requests.ndjson", self.vendor)

    def sources(self, tenant: str, start: datetime, end: datetime, exported: datetime) -> list[dict[str, Any]]:
        """Return the entries of evidence.yaml for the sources that have records."""
        whole = {"covers": [{"from": seconds(start), "to": seconds(end)}], "observed_at": seconds(exported)}
        told = ((self.requests, {"id": "edge", "connector": "generic_gateway", "paths": ["logs/edge/*"],
                                 "issuer": tenant, "options": {"columns": EDGE_COLUMNS}}),
                (self.tokens, {"id": "token-service", "connector": "generic_idp", "paths": ["logs/tokens/*"],
                               "issuer": tenant, "options": {"columns": TOKEN_COLUMNS}}),
                (self.tickets, {"id": "tickets", "connector": "approvals_csv", "paths": ["logs/tickets/*"]}),
                (self.vendor, {"id": "github-requests", "connector": "github_usage_records",
                               "paths": ["logs/github/requests/*"], "issuer": "github.com"}))
        return [{**source, **whole} for records, source in told if records]


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
