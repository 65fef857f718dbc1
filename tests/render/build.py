"""A small made-up month with every verdict, a misbehaving source, and hostile text wherever a log may carry text.

Used by the tests, and by hand: ``python tests/render/build.py OUT`` writes the report to look at.
"""

# ruff: noqa: RUF001, DTZ001, T201 - names of many alphabets; relations hold UTC without zone; the script prints

from __future__ import annotations

import hashlib
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from evidence import relations
from evidence.model import Company, Exceptions, Period, Soa
from evidence.render import Assurance, Previous, ReportFacts

START = datetime(2026, 9, 30, 22, tzinfo=UTC)
BASE = datetime(2026, 10, 1, 7)
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "</style><style>@import url(http://evil.example/x.css)</style><svg onload=alert(3)>",
    "{{ 7*7 }}{% for x in ().__class__.__bases__ %}{% endfor %}${7*7}#{7*7}",
    '=HYPERLINK("http://evil.example","click")',
    "+cmd|' /C calc'!A0",
    "\x1b]0;owned\x07\x1b[2Jcleared\x00nul",
    "\u202egnp.exe\u202c rtl \u2066isolate\u2069 zero\u200bwidth\ufeff",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "\tlead tab\r\nand a second line",
    "Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309algo",
    "W" * 900,
    "漢字 مرحبا שלום 🙂 ＝1+1",
    "javascript:alert(4) file:///etc/passwd data:text/html,x url(file:///etc/passwd)",
)
NAMES = ("Ana Ivanova", "Björn Ångström", "Chloé Dubois", "Δημήτρης Παππάς", "Егор Иванов", "Fatma Yıldız", "Grace O’Neill",
         "Hanna-Leena Järvinen-Koskela", HOSTILE[0], HOSTILE[6])
APPROVALS = ("valid", "valid", "valid", "rejected", "missing", "expired", "revoked", "outside_window", "late", "self",
             "evidence_lost", "undetermined", "pending", "not_required", "not_required", "not_required")
MASKING = ("masked_ok", "no_sensitive", "no_sensitive", "masked_ok", "claimed_not_masked", "leak", "analyzed_unmasked",
           "partial_too_wide", "failed_open", "off", "indeterminate", "surrogate_unverifiable", "under_evidenced",
           "unclaimed_placeholder", "over_masked")
TIERS = ("T1", "T1b", "T2", "T3", "T4", "T5", "T-A", "T0")
USAGE = ("MATCHED_ID", "MATCHED_CONTENT", "MATCHED_TIME", "COVERED_BY_SESSION", "PRESENT_BOTH", "UNGATED_REQUEST",
         "UNGATED_USER_DAY", "USAGE_SOURCE_GAP", "AMBIGUOUS_IDENTITY", "UNRESOLVED_IDENTITY", "OUT_OF_SCOPE",
         "NOT_OBSERVABLE", "NOT_ASSESSABLE", "PENDING")
SOURCES = (("gateway", "demo_gateway", "gateway"), ("sign-ins", "demo_idp", "idp"), ("directory", "demo_people", "directory"),
           ("usage", "demo_usage", "copilot"), ("absent", "demo_usage", "copilot"))
CHECKS = {
    "identity_resolved": ("interaction", "high", "Every request was made by exactly one known person"),
    "approved_before": ("interaction", "critical", "High-risk requests were approved before they were forwarded"),
    "approver_other": ("interaction", "critical", "Nobody approved his own request"),
    "response_clean": ("interaction", "critical", "No sensitive value is left in what came back"),
    "no_bypass": ("usage", "critical", "Use of the assistant passed the gateway"),
    "leaver_inactive": ("person", "critical", "Nobody used the assistant after he had left"),
    "masking_on": ("connection", "critical", "Masking was on for every connection in scope"),
    "source_gaps": ("source", "high", "No source has an unexplained gap"),
    "not_run": ("day", "medium", "Each day was reviewed by a person"),
    "broken": ("file", "low", "A check that broke"),
}
CONTROLS = {"A.5.3": ("approver_other", "approved_before"), "A.5.16": ("identity_resolved",), "A.6.5": ("leaver_inactive",),
            "A.8.11": ("response_clean", "masking_on"), "A.8.15": ("no_bypass", "source_gaps"), "A.5.28": (),
            "A.8.16": ("not_run",), "A.8.17": ("broken",), "A.8.2": ("leaver_inactive",)}


def sha(text: str) -> str:
    """A digest that looks like one."""
    return hashlib.sha256(text.encode()).hexdigest()


def framework() -> dict:
    """All 93 controls with invented titles."""
    rows = []
    for theme, chapter, count in (("organisational", 5, 37), ("people", 6, 8), ("physical", 7, 14), ("technological", 8, 34)):
        for number in range(1, count + 1):
            control = f"A.{chapter}.{number}"
            kind = "S" if control == "A.5.28" else "T" if control in CONTROLS else "P" if number % 4 == 1 and chapter != 7 else "N"
            rows.append({"id": control, "title": f"{theme.capitalize()} measure {number}",
                         "theme": theme, "testability": kind, "checks": list(CONTROLS.get(control, ())),
                         "shows": "Who did what and when, for each interaction that the gateway recorded.",
                         "not_shown": "Whether people understood the rule.",
                         "attach": ["the policy as approved", "minutes of its last review"]})
    return {"framework": {"id": "demo", "title": "ISO/IEC 27001:2022, Annex A",
                          "notice": "Control numbers and our own short labels. The standard itself is licensed; buy it."},
            "controls": rows}


def check_sql(check_id: str, title: str) -> bytes:
    """A check file with a header, as the report quotes it."""
    head = {"id": check_id, "ref": f"XX-{len(check_id):02}", "title": title, "grain": "interaction", "subject_kind": CHECKS[check_id][0],
            "population": "Every member that the period shows.", "exclusions": ["Members outside of the scope."],
            "severity": CHECKS[check_id][1], "why": "Without it nothing else in a chain means anything.",
            "limits": "Shows what was recorded, not what was meant.", "needs": ["identity"],
            "reasons": {"ok": "It holds.", "broken_rule": "It does not hold.", "not_evidenced": "The source does not record it.",
                        "out": "Outside of the scope."}}
    return f"/*---\n{yaml.safe_dump(head)}---*/\nSELECT 1\n".encode()


def company() -> Company:
    """Its configuration."""
    return Company.model_validate({
        "organisation": "Nordlicht Maschinenbau GmbH & Co. KG <b>", "timezone": "Europe/Berlin", "classification": "Confidential",
        "scope": {"label": "AI assistants behind the gateway"},
        "sources": [{"id": source, "connector": connector, "paths": [f"logs/{source}/*.json"],
                     "exported_by": "Ops Team" if source == "gateway" else None,
                     "query": "all sessions of the month" if source == "gateway" else None}
                    for source, connector, _ in SOURCES]})


def soa() -> Soa:
    """Its statement of applicability."""
    return Soa.model_validate({"version": "3", "approved_by": "Management board", "valid_from": "2026-01-01", "controls": [
        {"control": "A.7.4", "applicable": False, "justification": "No premises of our own"},
        {"control": "A.8.11", "applicable": True, "justification": "Personal data in prompts", "owner": "Data protection",
         "inclusion_basis": ["regulatory", "risk_assessment"]},
        {"control": "A.5.1", "applicable": True, "justification": HOSTILE[1], "manual_evidence": ["manual/policy.pdf"]}]})


def exceptions() -> Exceptions:
    """Its approved exceptions: one used, one expired."""
    return Exceptions.model_validate({"exceptions": [
        {"id": "ex-1", "check": "response_clean", "subject": "%", "approved_by": "CISO", "approved_on": "2026-09-01",
         "expires": "2026-12-31", "root_cause": "Test data in a training tenant", "response": "Tenant is being emptied",
         "due": "2026-11-30"},
        {"id": "ex-2", "check": "approved_before", "approved_by": HOSTILE[3], "approved_on": "2026-01-01",
         "expires": "2026-06-30"}]})


def facts(**changes: object) -> ReportFacts:
    """The identity of the package."""
    known = {
        "package_id": "evidence-2026-10", "period": Period.month("2026-10", "Europe/Berlin"),
        "reference_time": datetime(2026, 11, 5, 8, 30, tzinfo=UTC), "tool": "copilot-evidence 0.1.0",
        "catalogs": {"connectors": sha("c"), "controls": sha("k"), "templates": sha("t")}, "tree_root": sha("root"),
        "tree_size": 42, "signer": "CN=Evidence seal, O=Nordlicht", "fingerprint": sha("cert"), "profile": "untimed",
        "published_at": "engagement letter of 2026-01-15", "test_key": True, "sequence": 10,
        "previous": Previous("evidence-2026-09", sha("prev")),
        "sql": {f"checks/{check}": check_sql(check, title) for check, (_, _, title) in CHECKS.items()},
        "config": {"evidence.yaml": b"version: 1\n", "soa.yaml": b"version: '3'\n", "exceptions.yaml": b"version: 1\n"},
        "framework": yaml.safe_dump(framework()).encode(),
        "connectors": {"demo_gateway": yaml.safe_dump({"title": "Demo gateway, session export", "reads": "Sessions.",
                                                       "vendor_page": "https://docs.example/sessions",
                                                       "limits": "No token id and no client address."}).encode()},
        "documents": {"manual/policy.pdf": sha("policy")},
        "crosswalk": {"A.8.11": {"GDPR": "25, 32(1)(a)", "NIST CSF 2.0": "PR.DS-01 (own)"}},
        "assurance": (Assurance("email", 400, 398, 982, True), Assurance("passport", 60, 41, 553, False)),
    }
    return ReportFacts(**{**known, **changes})


def fill(con, chains: int = 42) -> None:
    """Fill every relation that the report reads."""
    con.execute("CREATE TABLE duplicate (relation VARCHAR, source_id VARCHAR, native_id VARCHAR, copies BIGINT)")
    con.execute("CREATE TABLE altered (relation VARCHAR, source_id VARCHAR, native_id VARCHAR, versions BIGINT)")
    con.execute("INSERT INTO duplicate VALUES ('exchange', 'gateway', 'n1', 2)")
    con.execute("INSERT INTO altered VALUES ('sign_in', 'sign-ins', 'n7', 2)")
    period = Period.month("2026-10", "Europe/Berlin")
    relations.insert(con, "param", [{
        "organisation": "Nordlicht", "period": "2026-10", "zone": "Europe/Berlin", "period_from": period.start.replace(tzinfo=None),
        "period_to": period.end.replace(tzinfo=None), "reference_time": datetime(2026, 11, 5, 8, 30),
        "day_from": period.start.replace(tzinfo=None), "day_to": period.end.replace(tzinfo=None), "skew_us": 300_000_000,
        "token_life_us": 5_400_000_000, "session_max_us": 7_776_000_000_000, "ceremony_us": 120_000_000}])
    _sources(con, period)
    relations.insert(con, "person", [
        {"person_id": f"p:{i}", "display_name": name, "person_kind": "member", "anchor_type": "email", "anchor": f"u{i}@nordlicht.example",
         "basis": "directory"} for i, name in enumerate(NAMES)])
    ids = _chains(con, chains)
    _usage(con)
    _results(con, ids)


def _sources(con, period) -> None:
    relations.insert(con, "cfg_source", [
        {"source_id": source, "connector": connector, "role": role, "settling_us": 0 if role != "copilot" else 172_800_000_000,
         "skew_us": 300_000_000, "required": True} for source, connector, role in SOURCES])
    relations.insert(con, "cfg_capability", [{"source_id": "gateway", "capability": c} for c in ("identity", "approval", "prompt", "response")])
    relations.insert(con, "cfg_scope", [{"rank": 1, "source_id": "usage", "surface": "chat", "rule": "must_be_gated"},
                                        {"rank": 2, "source_id": "*", "surface": "%", "rule": "native_allowed"}])
    relations.insert(con, "cfg_connection", [{"rank": 1, "connection": "%", "in_scope": True, "masking_required": True}])
    relations.insert(con, "cfg_risk", [{"rank": 1, "rule": "gateway-high", "field": "gateway_risk", "pattern": "high", "risk": "high"}])
    relations.insert(con, "cfg_approval", [{"risk": "high", "required": True, "approver_group": "ai-approvers"}])
    relations.insert(con, "cfg_masking", [{"rank": 1, "entity_class": "*", "entity_type": "*", "connection": "%", "action": "must_mask",
                                           "valid_from": "0001-01-01", "valid_to": "9999-12-31"}])
    for number, (source, connector, _) in enumerate(SOURCES[:4]):
        relations.insert(con, "file", [
            {"file_sha256": sha(f"{source}{day}"), "bytes": 48_213 + 977 * day, "path": f"logs/{source}/2026-10-{day + 1:02}.json",
             "source_id": source, "connector": connector, "connector_digest": sha(connector),
             "state": "partial" if day == 4 else "read", "reason": "truncated_gzip" if day == 4 else None,
             "lines": 120 + day, "records": 118 + day, "rejects": 1, "blanks": 1, "skips": 2, "rows_out": 140,
             "first_time": BASE + timedelta(days=day), "last_time": BASE + timedelta(days=day, hours=20),
             "ledger_seq": number * 20 + day + 1} for day in range(16 if source == "gateway" else 3)])
    relations.insert(con, "file", [{"file_sha256": sha("bad"), "bytes": 12, "path": f"logs/gateway/{HOSTILE[0]}{HOSTILE[6]}.json",
                                    "source_id": "gateway", "connector": "demo_gateway", "connector_digest": sha("demo_gateway"),
                                    "state": "unreadable", "reason": "not_this_connector", "ledger_seq": 99}])
    relations.insert(con, "reject", [{"source_id": "gateway", "locator": f"{sha('r')}#{i}", "relation": "exchange" if i % 2 else None,
                                      "reason": "missing:start_date" if i % 2 else "not_json"} for i in range(5)])
    relations.insert(con, "skip", [{"source_id": "gateway", "locator": f"{sha('s')}#{i}", "reason": "no_content"} for i in range(3)])
    relations.insert(con, "source_window", [
        {"source_id": "gateway", "native_id": "w1", "event_time": BASE, "end_time": BASE + timedelta(days=1), "stream": "session",
         "basis": "content", "complete": True, "source_rows": 118, "locator": f"{sha('gateway0')}#1"},
        {"source_id": "gateway", "native_id": "w2", "event_time": BASE + timedelta(days=1), "end_time": BASE + timedelta(days=2),
         "stream": "session", "basis": "content", "complete": True, "source_rows": 125, "locator": f"{sha('gateway1')}#1"}])
    start, end = period.start.replace(tzinfo=None), period.end.replace(tzinfo=None)
    cuts = {"gateway": ((0, 12, "covered"), (12, 14, "gap"), (14, 31, "covered")), "sign-ins": ((0, 31, "covered"),),
            "usage": ((0, 29, "covered"), (29, 31, "pending")), "absent": ((0, 31, "unknown"),)}
    for source, parts in cuts.items():
        relations.insert(con, "coverage", [
            {"source_id": source, "stream": "exchange" if source == "gateway" else "sign_in" if source == "sign-ins" else "usage",
             "from_time": start + timedelta(days=a), "to_time": min(start + timedelta(days=b), end) if b < 31 else end, "state": state,
             "basis": "content" if state == "covered" else "none",
             "reason": {"covered": "records", "gap": "no_records", "pending": "not_settled", "unknown": "no_file"}[state],
             "records": 100} for a, b, state in parts])
    relations.insert(con, "skew", [
        {"source_id": "sign-ins", "reference_source": "gateway", "method": "anchors", "pairs": 31, "median_us": 420_000, "anchor": "drill-05", "unmet": 1,
         "p99_abs_us": 2_100_000, "tolerance_us": 300_000_000},
        {"source_id": "usage", "reference_source": "gateway", "method": "not_evidenced", "pairs": 0, "tolerance_us": 300_000_000}])
    relations.insert(con, "irregularity", [{
        "source_id": "gateway", "stream": "exchange", "kind": "group_disagreement", "from_time": start, "to_time": start + timedelta(days=3),
        "expected": 40, "found": 37, "example": "requester in dev: claim member, directory not_member, gateway member; ix-0"}])
    relations.insert(con, "cfg_anchor", [{
        "anchor": "drill-05", "source_id": "sign-ins", "reference_source": "gateway", "event_id": "e-1", "reference_event": "n1",
        "reason": "sign-in and first request of the drill", "declared_by": "R. Ito"}])


def _chains(con, count: int) -> list[str]:
    ids, rows, links, verdicts = [], [], [], []
    for i in range(count):
        chain, approval, masking, tier = f"ix-{sha(str(i))[:24]}", APPROVALS[i % len(APPROVALS)], MASKING[i % len(MASKING)], TIERS[i % len(TIERS)]
        at = BASE + timedelta(hours=i * 17 % 700, minutes=i * 7 % 60, seconds=i)
        state = ("ambiguous", "unresolved", "not_a_person")[i % 3] if i % 11 == 10 else "resolved"
        decided = at - timedelta(minutes=4, seconds=i) if approval in {"valid", "self", "expired"} else None
        ids.append(chain)
        rows.append({
            "interaction_id": chain, "interaction_kind": ("usage_request" if i == 40 else "denied" if approval == "rejected" else "exchange"),
            "source_id": "gateway", "native_id": f"n{i}", "locator": f"{sha('gateway0')}#{i}", "event_time": at, "time_uncertainty_us": 250_000,
            "response_time": at + timedelta(seconds=3, milliseconds=i), "in_period": "boundary" if i == 41 else "inside",
            "connection": HOSTILE[i % len(HOSTILE)] if i % 5 == 4 else "copilot-prod", "route": "/v1/chat/completions",
            "model": HOSTILE[(i + 1) % len(HOSTILE)] if i % 7 == 6 else "large-model-2", "caller_class": "shared_key" if i % 11 == 10 else "human_token",
            "subject": f"u{i}", "subject_email": f"u{i % 10}@nordlicht.example", "gateway_validated": i % 9 != 8, "identity_state": state,
            "identity_method": "email" if state == "resolved" else None, "identity_candidates": 2 if state == "ambiguous" else 1,
            "person_id": f"p:{i % 10}" if state == "resolved" else None, "account_state": "enabled", "sign_in_tier": tier,
            "sign_in_reason": "no_token_id_at_gateway" if tier in {"T3", "T4", "T5"} else "exact", "sign_in_delta_us": 187_000_000 + i,
            "sign_in_candidates": 1, "mfa_state": ("yes", "no", "unknown")[i % 3], "mfa_basis": "event", "risk_level": "low" if approval == "not_required" else "high",
            "risk_basis": "gateway-high", "approval_required": approval != "not_required", "approval_verdict": approval,
            "approval_flags": "forced" if i % 13 == 1 else "", "approval_time": decided, "approval_delta_us": 240_000_000 + i * 1_000_000 if decided else None,
            "approver_person_id": f"p:{(i + 3) % 8}" if decided else None, "approver_group": "ai-approvers" if decided else None,
            "approver_membership": "member" if decided else None, "approver_is_requester": approval == "self",
            "outcome": "denied" if approval == "rejected" else "forwarded", "pairing": "exact", "status_code": 200,
            "prompt_bytes": 812 + i, "response_bytes": 0 if approval == "rejected" else 2048 + i, "prompt_sha256": sha(f"prompt {i}"),
            "response_sha256": sha(f"response {i}"), "masking_verdict": masking, "response_findings": 2 if masking in {"leak", "claimed_not_masked"} else 0,
            "record_refs": f"{sha('gateway0')}#{i} {sha('sign-ins0')}#{i}"})
        links += [{"interaction_id": chain, "link_kind": kind, "candidate_rank": rank, "chosen": rank == 0, "method": method,
                   "confidence": "medium" if rank else "high", "source_id": "sign-ins", "locator": f"{sha('sign-ins0')}#{i}",
                   "delta_us": 187_000_000, "candidates": 2 if kind == "sign_in" else 1, "reason": "nearest" if not rank else "older"}
                  for kind, rank, method in (("identity", 0, "email"), ("sign_in", 0, "user_in_token_life"), ("sign_in", 1, "user_in_token_life"))]
        verdicts.append({"interaction_id": chain, "entity_type": "email", "verdict": masking, "verdict_rank": 1 + i % 13, "severity": "high",
                         "reason": "counted", "n_residual": 2 if masking == "leak" else 0, "n_placeholder": 1, "claimed_masked": 1})
    relations.insert(con, "chain", rows)
    relations.insert(con, "link", links)
    relations.insert(con, "masking_verdict", verdicts)
    relations.insert(con, "finding", [
        {"source_id": "gateway", "locator": f"{sha('gateway0')}#{i}", "exchange_ref": f"n{i}", "field": "response", "entity_type": "email",
         "entity_class": "contact", "rule_id": "email", "rules_digest": sha("rules"), "off_bytes": i, "len_bytes": 20, "confidence_milli": 990,
         "flag": "echo" if i % 2 else None, "value_hmac": sha(f"v{i}")[:32], "engine": "hyperscan"} for i in range(6)])
    relations.insert(con, "sign_in", [
        {"source_id": "sign-ins", "native_id": f"s{i}", "event_time": BASE + timedelta(hours=11 * i), "issuer": "tenant", "subject_kind": "person",
         "outcome": "success", "event_kind": "authn", "mfa_state": "yes"} for i in range(60)])
    return ids


def _usage(con) -> None:
    relations.insert(con, "reconciliation", [
        {"source_id": "usage", "native_id": f"usage-{i}", "locator": f"{sha('usage0')}#{i}", "event_time": BASE + timedelta(hours=13 * i),
         "grain": "request" if i % 2 else "user_day", "surface": HOSTILE[9] if i == 5 else "chat", "person_id": f"p:{i % 10}",
         "user_alias": HOSTILE[3 + i % 6], "scope_rule": "must_be_gated" if i % 3 else "native_allowed", "verdict": verdict,
         "grade": ("A", "B", "C", "D")[i % 4] if verdict.startswith("UNGATED") else None, "reason": "rule_of_day", "quantity_micro": 3_000_000,
         "gateway_exchanges": i} for i, verdict in enumerate(USAGE * 2)])


def _results(con, ids: list[str]) -> None:
    subjects = {"interaction": ids, "usage": [f"usage-{i}" for i in range(28)], "person": [f"p:{i}" for i in range(10)],
                "connection": ["copilot-prod", *HOSTILE], "source": [s for s, _, _ in SOURCES], "day": [], "file": [], "approval": ["a1", "a2"], "object": ["o1"]}
    results, summaries = [], []
    for number, (check, (kind, severity, title)) in enumerate(CHECKS.items()):
        mine = []
        for i, subject in enumerate(subjects[kind]):
            verdict = ("pass", "pass", "fail", "pass", "undetermined", "pass", "not_applicable")[(i + number) % 7]
            if check == "identity_resolved":
                verdict = "pass"
            covered = "ex-1" if check == "response_clean" and verdict == "fail" and i % 2 else None
            mine.append({"check_id": check, "subject_kind": kind, "subject": subject, "verdict": verdict,
                         "reason": {"pass": "ok", "fail": "broken_rule", "undetermined": "not_evidenced", "not_applicable": "out"}[verdict],
                         "expected": HOSTILE[(i + 2) % len(HOSTILE)] if i % 4 == 2 else "a decision by another person before forwarding",
                         "actual": HOSTILE[i % len(HOSTILE)], "record_refs": f"{sha('gateway0')}#{i} {sha('usage0')}#{i}", "severity": severity,
                         "person_id": f"p:{i % 10}", "connection": "copilot-prod", "exception_id": covered})
        results += mine
        counted = sorted(row["subject"] for row in mine if row["verdict"] != "not_applicable")
        tally = {name: sum(row["verdict"] == name for row in mine) for name in ("pass", "fail", "undetermined", "not_applicable")}
        approved = sum(row["exception_id"] is not None for row in mine)
        summaries.append({"check_id": check, "title": title, "severity": severity, "sql_sha256": hashlib.sha256(check_sql(check, title)).hexdigest(),
                          "state": {"not_run": "not_run", "broken": "error"}.get(check, "ran"),
                          "state_reason": {"not_run": "no source keeps reviews", "broken": "the SQL failed on the data"}.get(check),
                          "population": len(counted), "passed": tally["pass"], "failed": tally["fail"] - approved, "approved": approved,
                          "undetermined": tally["undetermined"], "not_applicable": tally["not_applicable"],
                          "population_sha256": sha("".join(f"{one}\n" for one in counted))})
    relations.insert(con, "check_result", results)
    relations.insert(con, "check_summary", summaries)
    relations.insert(con, "control_result", [_control(row, {s["check_id"]: s for s in summaries}) for row in framework()["controls"]])


def _control(row: dict, summaries: dict) -> dict:
    mine = [summaries[name] for name in row["checks"]]
    total = {name: sum(s[name] for s in mine) for name in ("population", "failed", "approved", "undetermined")}
    operating = ("error" if any(s["state"] == "error" for s in mine) else "exceptions" if total["failed"]
                 else "source_gap" if total["undetermined"] else "not_tested" if not any(s["state"] == "ran" for s in mine)
                 else "no_occurrence" if not total["population"] else "effective_with_approved_exceptions" if total["approved"] else "effective")
    return {"framework": "demo", "control_id": row["id"], "title": row["title"], "testability": row["testability"],
            "applicable": row["id"] != "A.7.4", "design": "not_tested", "operating": operating,
            "severity": "critical" if total["failed"] else None, "checks": ",".join(row["checks"]), **total,
            "reason": "rests on the checks named" if mine else "attach the documents named in the catalogue"}


def connection():
    """An engine with the whole month."""
    import duckdb

    con = duckdb.connect(config={"threads": 1, "memory_limit": "1GB"})
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET enable_progress_bar = false")
    relations.define_macros(con)
    relations.create(con)
    fill(con)
    return con


if __name__ == "__main__":
    from evidence.render import render

    print(render(connection(), company(), soa=soa(), exceptions=exceptions(), facts=facts(), out=Path(sys.argv[1])))
