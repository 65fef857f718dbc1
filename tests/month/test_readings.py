"""Records that are easily misread, from the files of their vendors to the verdicts: each beside its counterpart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from evidence import correlate
from evidence.cli.explain import _lines
from evidence.pipeline.month import judge

from .kit import take

SESSION = "5b6f0000-0000-4000-8000-0000000000aa"
ADDRESS = "192.0.2.10"
COMPANY: dict[str, Any] = {
    "organisation": "Harbour", "sources": [
        {"id": "gate", "connector": "generic_gateway", "paths": ["logs/gate/*"], "options": {"columns": {
            name: name for name in ("time", "id", "user_email", "client_ip", "session", "connection", "groups", "prompt", "response")}}},
        {"id": "apim", "connector": "azure_apim", "paths": ["logs/apim/*"]},
        {"id": "google", "connector": "google_workspace", "paths": ["logs/google/*"], "delivery": "2d"},
        {"id": "channel", "connector": "slack_review", "paths": ["logs/slack/*"]}],
    "group_map": [{"gateway_group": "dev", "issuer": "C1", "group_id": "G1"}], "policies": {"risk": [{"name": "chat", "field": "connection", "pattern": "chat", "risk": "high"}]},
    "clocks": [{"name": "drill", "source": "google", "reference": "gate", "reason": "the login of the drill and its first request",
                "declared_by": "R. Ito", "pairs": [{"event": "2026-10-06T08:59:50.000000Z/2", "reference_event": "g-1"}]}]}


def _at(clock: str) -> str:
    return f"{datetime.fromisoformat(f'2026-10-06T{clock}+00:00').timestamp():.6f}"


def _login(clock: str, number: str, name: str, **facts: str) -> dict[str, Any]:
    return {"kind": "admin#reports#activity", "ipAddress": ADDRESS, "actor": {"email": "ada@x.test", "callerType": "USER"},
            "id": {"applicationName": "login", "customerId": "C1", "time": f"2026-10-06T{clock}Z", "uniqueQualifier": number},
            "events": [{"type": "login", "name": name, "parameters": [{"name": key, "value": value} for key, value in facts.items()]}]}


def _files() -> dict[str, list[dict[str, Any]]]:
    asked = {"user_email": "ada@x.test", "client_ip": ADDRESS, "session": SESSION, "connection": "chat", "groups": "dev",
             "prompt": "Hello", "response": "Good morning"}
    model = {"TimeGenerated": "2026-10-06T10:00:00Z", "SequenceNumber": 0, "DeploymentName": "gpt", "ModelName": "gpt", "CompletionTokens": 3,
             "RequestMessages": '[{"role":"user","content":"Hi"}]', "ResponseMessages": '[{"role":"assistant","content":"Hey"}]'}
    trace = json.dumps([{"source": "copilot-finops", "metadata": {"oid": "o-1", "developerName": "ada@x.test"}}])
    return {
        "gate/r.ndjson": [asked | {"id": name, "time": f"2026-10-06T{clock}Z"} for name, clock in (("g-1", "09:00:00"), ("g-2", "09:45:00"))],
        "google/l.ndjson": [
            _login("08:59:30", "1", "login_verification", is_second_factor="true", login_challenge_status="passed"),
            _login("08:59:50", "2", "login_success", login_type="google_password")],
        "slack/c.ndjson": [
            {"type": "message", "user": "U1", "ts": _at("08:30:00"), "text": f"Please approve {SESSION}"},
            {"type": "message", "user": "U2", "ts": _at("08:40:00"), "thread_ts": _at("08:30:00"), "text": "approved"},
            {"type": "message", "user": "U3", "ts": _at("09:30:00"), "thread_ts": _at("08:30:00"), "text": "rejected, not today"}],
        "apim/a.jsonl": [
            model | {"CorrelationId": "told"}, model | {"CorrelationId": "lost"},
            {"TimeGenerated": "2026-10-06T10:00:00Z", "CorrelationId": "told", "ResponseCode": 200, "BackendResponseCode": 200, "Method": "POST",
             "Url": "https://x.test/chat", "ApiId": "ai", "CallerIpAddress": ADDRESS, "IsRequestSuccess": True, "TraceRecords": trace}]}


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One month of a company with these sources, judged."""
    root = _folder(tmp_path_factory.mktemp("readings"))
    with closing(judge(take(root, datetime(2026, 11, 5, tzinfo=UTC)))) as found:
        yield found


def _folder(root: Path) -> Path:
    (root / "evidence.yaml").write_text(yaml.safe_dump(COMPANY), encoding="utf-8")
    for name, rows in _files().items():
        path = root / "logs" / name
        path.parent.mkdir(parents=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return root


def _chain(con: Any, columns: str) -> dict[str, tuple[Any, ...]]:
    return {name: tuple(row) for name, *row in con.execute(f"SELECT native_id, {columns} FROM chain ORDER BY native_id").fetchall()}


def test_a_login_in_two_records_is_one_session_with_its_factor(con: Any) -> None:
    """Verification and login are records of one signing-in, of which neither names a session."""
    found = _chain(con, "sign_in_tier, sign_in_candidates, mfa_state")
    assert (found["g-1"], found["g-2"]) == (("T3", 1, "yes"),) * 2


def test_a_reply_that_rejects_ends_the_approval_of_its_thread(con: Any) -> None:
    """What was asked before it is approved, what was asked after it is not."""
    found = _chain(con, "approval_verdict, approval_link_method")
    assert (found["g-1"], found["g-2"]) == (("valid", "external"), ("revoked", "external"))


def test_a_request_whose_caller_is_in_another_record_is_not_open_to_all(con: Any) -> None:
    """With the gateway's own row it is hers, without that row nothing is known, and the check says so."""
    found = _chain(con, "caller_class, identity_state")
    assert (found["told"], found["lost"]) == (("human_token", "resolved"), ("unknown", "unresolved"))
    told = con.execute("SELECT r.verdict, r.reason FROM check_result AS r JOIN chain AS c ON c.interaction_id = r.subject "
                       "WHERE r.check_id = 'identity_resolved' AND c.native_id = 'lost'").fetchall()
    assert told == [("undetermined", "not_evidenced")]


def test_what_evidence_yaml_says_of_clocks_and_delivery_is_measured(con: Any) -> None:
    """The anchor's pair gives the difference; a file taken in a month later is later than two days."""
    assert con.execute("SELECT method, anchor, pairs, median_us FROM skew WHERE source_id = 'google' AND reference_source = 'gate'"
                       ).fetchall() == [("anchors", "drill", 1, -10_000_000)]
    assert con.execute("SELECT source_id, stream, expected, found FROM irregularity WHERE kind = 'late_arrival'"
                       ).fetchall() == [("google", "sign_in", 2, 0)]


def test_each_answer_on_a_group_is_told_apart(con: Any) -> None:
    """The request claims a group that no directory and no list of the gateway was seen for: three lines, none merged."""
    (ident,) = con.execute("SELECT interaction_id FROM chain WHERE native_id = 'g-1'").fetchone()
    told = [line.strip() for line in _lines(correlate.explain(con, ident), {}) if "requester in dev" in line]
    assert told == ["-> requester in dev (asserted):  member", "requester in dev (low):  unknown no coverage",
                    "requester in dev (none):  not recorded"]
