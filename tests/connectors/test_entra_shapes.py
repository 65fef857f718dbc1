"""The same event of Entra, however it was exported, is the same row."""

from __future__ import annotations

import json
from functools import cache

import pytest

from evidence import connector, connector_cases
from evidence.ingest.readers.feed import feed
from evidence.normalize import Normalizer
from tests.connectors.entra_shapes import graph, log_analytics, portal_audit, portal_sign_in, unified
from tests.connectors.kit import run

TENANT = "7c1d2e00-0000-4000-8000-00000000abcd"
LOGS = {"SignInLogs", "NonInteractiveUserSignInLogs", "ServicePrincipalSignInLogs", "ManagedIdentitySignInLogs", "AuditLogs"}
OF_RECORD = {"source_id", "locator", "record_hash", "observed_at"}
POOR = {  # what a shape does not carry
    "entra_graph v1.0": frozenset({"session_id", "token_id", "mfa_state", "mfa_basis"}),
    "entra_ual": frozenset({"token_id", "mfa_state", "mfa_basis", "ca_status", "country", "event_time", "event_time_raw", "interactive",
                            "group_name"})}
SHAPES = {"entra_graph beta": graph, "entra_graph v1.0": lambda r: graph(r, beta=False), "entra_log_analytics": log_analytics,
          "entra_log_analytics objects": lambda r: log_analytics(r, texts=False), "entra_ual": unified}


@cache
def engine(name):
    """A normaliser that knows the tenant, which Graph's records do not name."""
    return Normalizer(connector.load(name), source_id="src", issuer=TENANT)


def rows(name, records, lacking=frozenset(), known=None):
    """What records give, in order: relation and row, without what depends on their bytes and what a shape lacks."""
    out = run(name, records, known or engine(name))
    return [(relation, {k: v for k, v in row.items() if k not in OF_RECORD | lacking})
            for relation, table in out.rows.items() for row in sorted(table.to_pylist(), key=lambda row: (row["native_id"], row["ordinal"]))]


def whole(record):
    """Whether a record has what every shape writes somewhere; the cases about missing fields are about one shape."""
    p = record["properties"]
    if record["category"] == "AuditLogs":
        return p["result"] == "success" and bool(p["targetResources"]) and all(
            t["modifiedProperties"] for t in p["targetResources"] if t["type"] == "User")
    return str(p.get("createdDateTime")).endswith(("Z", "+00:00")) and {"status", "deviceDetail", "userId", "appId", "resourceId", "ipAddress"} <= set(p)


@cache
def records():
    """The records of Azure Monitor's own cases that every shape can write."""
    chosen = connector.load("entra_sign_in")
    raws = [json.loads(raw) for path in connector_cases.cases(chosen) for found, _, _ in feed(chosen, path)
            for raw in found["raw"].to_pylist()]
    return [r for r in raws if r.get("tenantId") == TENANT and r.get("category") in LOGS and whole(r)]


@pytest.mark.parametrize("shape", SHAPES)
def test_one_event_gives_the_same_row_in_every_shape(shape):
    """A sign-in, a change of membership, of an account and any other mean the same in all shapes, but for what one does not carry."""
    name, lacking = shape.split()[0], POOR.get(shape, frozenset())
    # Graph v1.0 and Purview list the sign-ins of people alone.
    taken = [r for r in records() if shape not in POOR or r["category"] in {"SignInLogs", "AuditLogs"}]
    wanted = rows("entra_sign_in", taken, lacking)
    assert rows(name, [SHAPES[shape](r) for r in taken], lacking) == wanted
    assert {relation for relation, _ in wanted} == {"sign_in", "membership_event", "account_event", "admin_event"}


@pytest.mark.parametrize(("log", "categories"), [
    ("interactive", {"SignInLogs"}), ("non_interactive", {"NonInteractiveUserSignInLogs"}),
    ("unknown", {"ServicePrincipalSignInLogs", "ManagedIdentitySignInLogs"})])
def test_a_downloaded_sign_in_is_the_row_of_its_export(log, categories):
    """A row of the admin center's CSV means what the exported record means, to the second, but for the steps of the sign-in."""
    lacking = frozenset({"event_time", "event_time_raw", "mfa_basis"})
    taken = [r for r in records() if r["category"] in categories]
    known = Normalizer(connector.load("entra_portal_sign_in"), source_id="src", issuer=TENANT, options={"log": log})
    wanted = rows("entra_sign_in", taken, lacking)
    got = rows("entra_portal_sign_in", [portal_sign_in(r) for r in taken], lacking, known)
    assert wanted
    # Without the steps less is known of a second factor, and nothing else.
    states = {(row.pop("mfa_state"), other.pop("mfa_state")) for (_, row), (_, other) in zip(wanted, got, strict=True)}
    assert states <= {("yes", "yes"), ("yes", "unknown"), ("no", "unknown"), ("unknown", "unknown")}
    assert got == wanted


def test_a_downloaded_change_is_the_row_of_its_export():
    """A row of the admin center's CSV means what the exported record means; it bears no id, and no address but a person's."""
    lacking = frozenset({"native_id", "client_ip"})
    taken = [r for r in records() if r["category"] == "AuditLogs"]
    got = run("entra_portal_audit", [portal_audit(r) for r in taken], engine("entra_portal_audit"))
    wanted = run("entra_sign_in", taken, engine("entra_sign_in"))
    assert got.rows.keys() == wanted.rows.keys() - {"sign_in"}
    for relation in got.rows:
        mine, other = ([{k: v for k, v in row.items() if k not in OF_RECORD | lacking}
                        for row in sorted(out.rows[relation].to_pylist(), key=lambda row: (row["locator"], row["ordinal"]))]
                       for out in (got, wanted))
        assert mine
        assert mine == other
