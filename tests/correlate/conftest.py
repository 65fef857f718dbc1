"""A company written by hand: a few calls put people, sign-ins, approvals and requests into the canonical relations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from evidence import correlate, relations

HOUR = 3_600_000_000
MINUTE = 60_000_000
DAY = 24 * HOUR
PERIOD = {"period": "2026-10", "zone": "UTC", "period_from": "2026-10-01", "period_to": "2026-11-01",
          "day_from": "2026-10-01", "day_to": "2026-11-01", "reference_time": "2026-11-05",
          "skew_us": 5 * MINUTE, "token_life_us": 90 * MINUTE, "session_max_us": 90 * DAY,
          "ceremony_us": 2 * MINUTE}
SOURCES = (("gw", "gateway", ("prompt", "approval")), ("idp", "idp", ("sign_in", "membership", "account")),
           ("dir", "directory", ("directory",)), ("bill", "copilot", ("usage_user_day",)))


class Company:
    """The relations of one case; every method adds rows, ``run`` correlates and returns the chains by native id."""

    def __init__(self, con: Any) -> None:
        """Begin with the period, four sources, and windows of the provider and the gateway without a gap."""
        self.con = con
        self.rows: list[tuple[str, dict[str, Any]]] = []
        self.put("param", **PERIOD)
        for source, role, capabilities in SOURCES:
            self.source(source, role, *capabilities)
        self.covered("idp")
        self.covered("gw")

    def put(self, relation: str, **row: Any) -> None:
        """Add one row; native id and locator are made up where they are not given."""
        number = len(self.rows)
        names = {column.name for column in relations.relation(relation).columns}
        made = {"native_id": f"{relation}-{number}", "locator": f"{number:064x}#1", "record_hash": f"{number:064x}"}
        self.rows.append((relation, {k: v for k, v in made.items() if k in names} | row))

    def source(self, name: str, role: str, *capabilities: str) -> None:
        """Declare a source."""
        self.put("cfg_source", source_id=name, role=role, connector=name, skew_us=5 * MINUTE)
        for capability in capabilities:
            self.put("cfg_capability", source_id=name, capability=capability)

    def covered(self, source: str, start: str = "2026-07-01", end: str = "2026-11-05", stream: str = "*",
                basis: str = "declared", complete: bool = True, reason: str | None = None) -> None:
        """Declare a window of a source."""
        self.put("source_window", source_id=source, event_time=start, end_time=end, stream=stream, basis=basis,
                 complete=complete, reason=reason)

    def person(self, name: str, seen: str = "2026-10-31", **more: Any) -> None:
        """Put a person into a directory snapshot: object id o-<name>, user name <name>@x.test."""
        row = {"source_id": "dir", "issuer": "t", "anchor_type": "oid", "anchor": f"o-{name}", "person_kind": "member",
               "basis": "snapshot", "event_time": seen, "display_name": name.title()} | more
        self.put("identity_alias", alias_type="upn", alias=f"{name}@x.test", **row)

    def declare(self, alias_type: str, alias: str, anchor_type: str, anchor: str, **more: Any) -> None:
        """Add a line to the hand-kept list."""
        self.put("identity_alias", source_id="people", issuer="list", alias_type=alias_type, alias=alias,
                 anchor_type=anchor_type, anchor=anchor, person_kind="unknown", basis="declared", **more)

    def account(self, name: str, operation: str, time: str, **more: Any) -> None:
        """Add a change of the account o-<name>."""
        self.put("account_event", **({"source_id": "idp", "issuer": "t", "account_id": f"o-{name}",
                                      "operation": operation, "event_time": time} | more))

    def sign_in(self, name: str, time: str, **more: Any) -> None:
        """Sign a person in, with a second factor unless said otherwise."""
        self.put("sign_in", **({"source_id": "idp", "issuer": "t", "subject": f"o-{name}", "interactive": True,
                                "subject_name": f"{name}@x.test", "subject_kind": "person", "outcome": "success",
                                "event_kind": "authn", "mfa_state": "yes", "event_time": time} | more))

    def ask(self, native: str, name: str | None, time: str, *, parent: str | None = None,
            session: dict[str, Any] | None = None, **more: Any) -> None:
        """Let a person ask something through the gateway, in a session of its own called s-<native>."""
        email = f"{name}@x.test" if name else None
        row = {"source_id": "gw", "native_id": native, "event_time": time, "session_id": f"s-{native}",
               "subject_email": email, "connection": "prod", "pairing": "exact", "outcome": "forwarded",
               "route": "/v1/chat/completions", "model": "m-1"} | more
        self.put("exchange", **row)
        self.put("session", **({"source_id": "gw", "native_id": row["session_id"], "event_time": time,
                                "session_kind": "proxied_traffic", "subject_email": row["subject_email"],
                                "connection": row["connection"], "parent_session": parent} | (session or {})))

    def approval(self, native: str, session: str | None, asked: str, decisions: list[dict[str, Any]], **more: Any) -> None:
        """Ask for an approval; each decision is a row of approval_decision with group, actor and time."""
        self.put("approval", **({"source_id": "gw", "native_id": native, "session_id": session, "event_time": asked,
                                 "approval_kind": "jit", "status": "approved", "duration_us": 8 * HOUR,
                                 "observed_at": "2026-11-01"} | more))
        for number, decision in enumerate(decisions):
            row = {"source_id": "gw", "native_id": f"{native}-{number}", "approval_id": native, "status": "approved",
                   "group_name": f"g{number}", "actor_kind": "person", "observed_at": "2026-11-01"} | decision
            if "by" in row:
                row["actor_email"] = f"{row.pop('by')}@x.test"
            self.put("approval_decision", **row)

    def high_risk(self, **more: Any) -> None:
        """Let policy call everything on prod high and want an approval for it."""
        self.put("cfg_risk", rank=1, rule="prod-data", field="connection", pattern="prod%", risk="high")
        self.put("cfg_approval", risk="high", required=True, **more)

    def usage(self, native: str, day: str, login: str | None, **more: Any) -> None:
        """Add what the vendor says of a person and a day."""
        self.put("usage", **({"source_id": "bill", "native_id": native, "event_time": day,
                              "end_time": f"2026-10-{int(day[-2:]) + 1:02d}" if day < "2026-10-31" else "2026-11-01",
                              "grain": "user_day", "unit": "credit", "active": True, "user_alias_type": "github_login",
                              "user_alias": login, "user_issuer": "github", "actor_kind": "human", "surface": "chat",
                              "final_at": "2026-11-03"} | more))

    def load(self, rows: list[tuple[str, dict[str, Any]]] | None = None) -> None:
        """Write the rows into empty relations."""
        for name in relations.catalog.relation_names():
            self.con.execute(f"DELETE FROM {name}")
        for relation, row in self.rows if rows is None else rows:
            relations.insert(self.con, relation, [row])

    def run(self, rows: list[tuple[str, dict[str, Any]]] | None = None) -> dict[str, dict[str, Any]]:
        """Correlate and return the chains by native id."""
        self.load(rows)
        correlate.intervals(self.con)
        correlate.chains(self.con)
        correlate.reconcile(self.con)
        return {row["native_id"]: row for row in self.table("chain")}

    def table(self, name: str, where: str = "TRUE") -> list[dict[str, Any]]:
        """Return the rows of a relation, in the order of all columns."""
        result = self.con.execute(f"SELECT * FROM {name} WHERE {where} ORDER BY ALL")
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def reconciled(self) -> dict[str, tuple[str, str | None, str]]:
        """Return verdict, grade and reason of each usage row."""
        return {row["native_id"]: (row["verdict"], row["grade"], row["reason"]) for row in self.table("reconciliation")}


@pytest.fixture
def company(con: Any) -> Company:
    """A company with a gateway, an identity provider, a directory and a bill, all declared gapless."""
    return Company(con)


def engine() -> Any:
    """Return an engine with empty relations, for cases that share one run."""
    import duckdb

    con = duckdb.connect(config={"threads": 1, "memory_limit": "1GB"})
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET enable_progress_bar = false")
    relations.define_macros(con)
    relations.create(con)
    return con


@pytest.fixture(scope="module")
def crowd() -> Iterator[Company]:
    """One company for all cases of a module; each case has people of its own."""
    con = engine()
    yield Company(con)
    con.close()


@pytest.fixture(scope="session")
def new_engine() -> Any:
    """The maker of engines with empty relations."""
    return engine


@pytest.fixture(scope="session")
def new_company() -> type[Company]:
    """The maker of companies over an engine."""
    return Company
