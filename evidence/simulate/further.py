"""Further sources of a company: a gateway that knows tokens, a proxy that knows keys, tickets, requests, reports.

The first gateway writes down neither token nor address. The second one does, so that a request can be tied to the very
token, to the session or to the address; and its tickets are approved in another system.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from evidence.simulate.clock import micros, seconds
from evidence.simulate.people import Person
from evidence.simulate.sink import Sink

EDGE_COLUMNS = {name: name for name in (
    "time", "id", "session", "user", "user_email", "client_ip", "token", "token_issued", "token_expires",
    "authenticated", "idp_session", "connection", "route", "model", "outcome", "prompt", "response", "correlation",
    "provider_request")}
TOKEN_COLUMNS = {name: name for name in (
    "at", "id", "subject", "who", "event", "outcome", "session", "token", "expires")}
TICKET_COLUMNS = ("approval_id", "requested_at", "requester_email", "ticket", "exchange_id", "prompt_sha256",
                  "approver_email", "approver_group", "decision", "decided_at")
SURFACES = ({"source": "github-requests", "surface": "%", "rule": "must_be_gated"},)
ANSWER = "It adds two numbers."


@dataclass(slots=True)
class Further:
    """Records of the further sources, as they will be written. What of a request is None was not written down."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    proxied: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[dict[str, str]] = field(default_factory=list)
    tickets: list[dict[str, str]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    vendor: list[dict[str, Any]] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)

    def request(self, ident: str, person: Person | None, when: datetime, *, prompt: str = "Explain this function.",
                connection: str = "edge-chat", **more: Any) -> dict[str, Any]:
        """Record a request at the second gateway, with whatever it knows of token, session, address and ticket."""
        known = {"time": when, "id": ident, "user_email": person.mail if person else None, "connection": connection,
                 "route": "/v1/chat/completions", "model": "gpt-4o", "outcome": "forwarded", "prompt": prompt,
                 "response": ANSWER, **more}
        self.requests.append({key: micros(value) if isinstance(value, datetime) else value
                              for key, value in known.items() if value is not None})
        return self.requests[-1]

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

    def change(self, number: str, person: Person, asked: datetime, decided: datetime, by: Person,
               group: str = "ai-approvers") -> None:
        """Record a change request and the decision of its approver; times without zone are UTC, to the second."""
        opened = asked.strftime("%Y-%m-%d %H:%M:%S")
        self.changes += [
            {"sys_id": f"c-{number}", "number": number, "state": "Implement", "approval": "approved",
             "approval_set": decided.strftime("%Y-%m-%d %H:%M:%S"), "requested_by": person.mail, "opened_at": opened,
             "sys_created_on": opened, "short_description": "Access to customer data"},
            {"sys_id": f"a-{number}", "sysapproval": {"display_value": number, "value": f"c-{number}"},
             "approver": {"display_value": by.mail, "value": by.employee},
             "group": {"display_value": group, "value": group},
             "state": "approved", "sys_created_on": opened, "sys_updated_on": decided.strftime("%Y-%m-%d %H:%M:%S")}]

    def issue(self, key: str, person: Person, asked: datetime, decided: datetime, by: Person) -> None:
        """Record an issue and who moved it into the state that approves; it names no group."""
        def stamp(moment: datetime) -> str:
            return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")

        def account(one: Person) -> dict[str, str]:
            return {"accountId": f"70121:{one.employee}", "displayName": one.name, "accountType": "atlassian",
                    "emailAddress": one.mail}

        approved = [{"field": "status", "fieldtype": "jira", "fromString": "Open", "toString": "Approved"}]
        self.issues.append({
            "id": key[-6:], "key": key, "self": f"https://aldermoor.atlassian.example/rest/api/3/issue/{key}",
            "fields": {"summary": "Access to customer data", "created": stamp(asked), "reporter": account(person),
                       "status": {"name": "Done", "statusCategory": {"key": "done"}}},
            "changelog": {"histories": [{"id": "1", "created": stamp(decided), "author": account(by),
                                         "items": approved}]}})

    def at_vendor(self, ident: str, person: Person, when: datetime, prompt: str,
                  endpoint: str = "/chat/completions") -> None:
        """Record a request as the assistant's vendor saw it."""
        body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": prompt}]})
        self.vendor.append({"type": "request", "user_id": str(person.login_id), "enterprise_id": "77",
                            "github_request_id": ident, "endpoint": endpoint, "body": body,
                            "truncated": False, "@timestamp": int(when.timestamp() * 1000)})

    def by_key(self, ident: str, person: Person, when: datetime) -> None:
        """Record a request as the proxy logs it: with the key that was used and whose it is."""
        self.proxied.append(proxied(ident, person, when))

    def last_active(self, person: Person, day: date, refreshed: date) -> None:
        """Record a line of the office assistant's report: the last day on which the person used it."""
        self.reports.append({
            "reportRefreshDate": refreshed.isoformat(), "userPrincipalName": person.upn, "displayName": person.name,
            "lastActivityDate": day.isoformat(), "copilotChatLastActivityDate": None,
            "microsoftTeamsCopilotLastActivityDate": None,
            "copilotActivityUserDetailsByPeriod": [{"reportPeriod": 30}]})

    def write(self, sink: Sink) -> None:
        """Write a file for each source that has records."""
        for name, records in (("edge/requests.ndjson", self.requests), ("litellm/spend.ndjson", self.proxied),
                              ("changes/approvals.ndjson", self.changes), ("issues/issues.ndjson", self.issues),
                              ("github/requests/requests.ndjson", self.vendor)):
            sink.lines(name, records)
        if self.tokens:
            sink.write("tokens/issued.csv", _csv(tuple(TOKEN_COLUMNS), self.tokens))
        if self.tickets:
            sink.write("tickets/approvals.csv", _csv(TICKET_COLUMNS, self.tickets))
        if self.reports:
            sink.write("m365/report.json", json.dumps({"value": self.reports}) + "\n")

    def sources(self, tenant: str, start: datetime, end: datetime, exported: datetime,
                unbounded: Collection[str] = ()) -> list[dict[str, Any]]:
        """Return the entries of evidence.yaml for the sources that have records; ``unbounded`` ones declare no time."""
        whole = {"covers": [{"from": seconds(start), "to": seconds(end)}], "observed_at": seconds(exported)}
        told: tuple[tuple[Sequence[Any], dict[str, Any]], ...] = (
            (self.requests, {"id": "edge", "connector": "generic_gateway", "paths": ["logs/edge/*"],
                             "issuer": tenant, "options": {"columns": EDGE_COLUMNS}}),
            (self.proxied, {"id": "proxy", "connector": "litellm", "paths": ["logs/litellm/*"]}),
            (self.tokens, {"id": "token-service", "connector": "generic_idp", "paths": ["logs/tokens/*"],
                           "issuer": tenant, "options": {"columns": TOKEN_COLUMNS}}),
            (self.tickets, {"id": "tickets", "connector": "approvals_csv", "paths": ["logs/tickets/*"]}),
            (self.changes, {"id": "changes", "connector": "servicenow_change", "paths": ["logs/changes/*"]}),
            (self.issues, {"id": "issues", "connector": "jira_issue", "paths": ["logs/issues/*"]}),
            (self.vendor, {"id": "github-requests", "connector": "github_usage_records",
                           "paths": ["logs/github/requests/*"], "issuer": "github.com"}),
            (self.reports, {"id": "m365-report", "connector": "m365_usage_report", "paths": ["logs/m365/*"],
                            "issuer": tenant, "settling": "10d"}))
        of_no_time = {key: value for key, value in whole.items() if key != "covers"}
        return [{**source, **(of_no_time if source["id"] in unbounded else whole)}
                for records, source in told if records]


def proxied(ident: str, person: Person, when: datetime) -> dict[str, Any]:
    """Return a request as the proxy logs it: with the key that was used and whose it is."""
    return {
        "id": ident, "litellm_call_id": ident, "call_type": "acompletion", "status": "success",
        "startTime": when.timestamp(), "endTime": when.timestamp() + 2, "model": "gpt-4o",
        "model_group": "gpt-4o",
        "metadata": {"user_api_key_hash": "ab" * 32, "user_api_key_alias": f"{person.login}-laptop",
                     "user_api_key_user_id": person.login, "user_api_key_user_email": person.mail,
                     "user_api_key_request_route": "/v1/chat/completions"},
        "messages": [{"role": "user", "content": "Explain this function."}],
        "response": {"id": ident, "model": "gpt-4o", "choices": [
            {"index": 0, "message": {"role": "assistant", "content": ANSWER}}]}}


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
