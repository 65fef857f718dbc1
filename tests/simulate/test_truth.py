"""The truth names what stands in the logs: ids exist, counters agree, planted values are where they should be."""

from __future__ import annotations

import json
import tempfile
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.simulate import Truth, catalogue, demo, simulate

from .reading import answer, exchanges, records

Month = tuple[Path, Truth]
COLUMN = {"approval": "approval_accept", "masking": "masking_accept", "sign_in_tier": "tier_accept",
          "outcome": "outcome_accept", "identity": "identity", "caller_class": "caller_class", "account": "account",
          "pairing": "pairing", "mfa": "mfa", "in_period": "in_period", "approver_membership": "approver_membership"}


def _known(root: Path, truth: Truth) -> set[str]:
    sources = yaml.safe_load((root / "evidence.yaml").read_text())["sources"]
    return {*truth.sessions, *truth.reviews, *(e.approval_id for e in truth.exchanges if e.approval_id), *(f"{e.session}/{e.seq}" for e in truth.exchanges),
            *(f"{u.source}/{u.day}/{u.login}" for u in truth.usage), *(source["id"] for source in sources),
            *(path.relative_to(root).as_posix() for path in (root / "logs").rglob("*") if path.is_file())}


def check_consistent(root: Path, truth: Truth) -> None:
    """Assert that each finding names what exists and that the facts say what the finding expects."""
    known = _known(root, truth)
    by_session = defaultdict(list)
    for fact in truth.exchanges:
        by_session[fact.session].append(fact)
    people = {person.oid for person in truth.people}
    for finding in truth.findings:
        assert finding.ids, finding
        assert set(finding.ids) <= known, finding
        assert finding.person is None or finding.person in people
        facts = by_session[finding.ids[0]]
        for key, value in finding.expected.items():
            if key in COLUMN and facts:
                said = [getattr(fact, COLUMN[key]) for fact in facts]
                assert any(value in word if isinstance(word, tuple) else value == word for word in said), finding
    assert {finding.kind for finding in truth.findings} == set(truth.switches)
    assert len({(fact.session, fact.seq) for fact in truth.exchanges}) == len(truth.exchanges)
    assert {fact.person for fact in truth.exchanges if fact.person} <= people


def test_every_finding_names_existing_ids(bad_month: Month, good_month: Month) -> None:
    """Each planted misbehaviour points at sessions, reviews, rows or files that are there, and none is left out."""
    check_consistent(*bad_month)
    check_consistent(*good_month)


@given(seed=st.integers(min_value=0, max_value=10**9), month=st.integers(min_value=1, max_value=12),
       zone=st.sampled_from(["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata"]))
@settings(max_examples=10, deadline=None)
def test_any_seed_month_and_zone_is_consistent(seed: int, month: int, zone: str) -> None:
    """Whatever the seed, the month and the zone, the truth and the logs agree."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        truth = simulate(root, seed=seed, period=f"2026-{month:02d}", people=30, interactions=150, timezone=zone,
                         misbehaviour=catalogue())
        check_consistent(root, truth)
        check_recordings(root, truth)


def check_recordings(root: Path, truth: Truth) -> None:
    """Assert that each session holds as many requests as the truth has facts, in the order of their times."""
    facts = Counter(fact.session for fact in truth.exchanges)
    seen = set()
    for path in sorted((root / "logs/hoop/sessions").glob("*.json")):
        if path.name.startswith(("utf16-", "proxy-access", "copy-of-")):
            continue
        session = json.loads(path.read_text(encoding="utf-8"))
        seen.add(session["id"])
        sent = [offset for offset, kind, _ in session.get("event_stream") or [] if kind == "i"]
        assert sent == sorted(sent)
        if session["verb"] == "exec":
            assert facts[session["id"]] == 1
        else:
            assert facts[session["id"]] == len(sent)
    assert seen == {session for session, kind in truth.sessions.items() if kind not in {"edge", "proxy"}}


def test_recordings_hold_the_requests_of_the_truth(bad_month: Month) -> None:
    """A tunnel's recording holds one request for each fact, with the prompt and the answer that the truth knows."""
    root, truth = bad_month
    check_recordings(root, truth)
    facts = {(fact.session, fact.seq): fact for fact in truth.exchanges}
    compared = 0
    for session in records(root, "logs/hoop/sessions/????????-*.json"):
        if session["verb"] == "exec":
            continue
        for seq, (request, response) in enumerate(exchanges(session)):
            fact = facts[(session["id"], seq)]
            body = json.loads(request.partition(b"\r\n\r\n")[2])
            assert body["model"] == fact.model
            assert json.dumps(fact.prompt)[1:-1] in json.dumps(body)
            if fact.response is not None and fact.pairing == "exact" and not fact.truncated:
                assert answer(response) == fact.response
                compared += 1
    assert compared > 500


def test_counters_agree_with_the_marks(bad_month: Month) -> None:
    """Where masking is in order, the gateway counts as many values as there are marks in the answers."""
    root, truth = bad_month
    texts: dict[str, str] = defaultdict(str)
    for fact in truth.exchanges:
        texts[fact.session] += fact.response or ""
    odd = {fact.session for fact in truth.exchanges if fact.masking not in ("masked_ok", "no_sensitive")}
    for session in records(root, "logs/hoop/sessions/????????-*.json"):
        if session["id"] in odd or not session["metrics"] or session["verb"] == "exec":
            continue
        for entity, count in session["metrics"]["data_masking"]["info_types"].items():
            assert texts[session["id"]].count(f"<{entity}>") == count
        total = session["metrics"]["data_masking"]["total_redact_count"]
        assert sum(texts[session["id"]].count(f"<{e}>") for e in ("EMAIL_ADDRESS", "PHONE_NUMBER", "PERSON",
                                                                   "CREDIT_CARD")) == total


def test_planted_values_come_back_only_where_they_were_planted(bad_month: Month) -> None:
    """A leaked value stands in the answer of its own exchange and in no other."""
    _, truth = bad_month
    for switch, values in truth.planted_values.items():
        sessions = {finding.ids[0] for finding in truth.of_kind(switch)}
        for value in values:
            assert {fact.session for fact in truth.exchanges if value in (fact.response or "")} == sessions


def test_sign_ins_support_the_tiers(bad_month: Month) -> None:
    """T4 (or what only a second gateway can know) means exactly one session in a token's life, T-A several, T5 none."""
    root, truth = bad_month
    skew = timedelta(seconds=90 if "clock_skew" in truth.switches else 0)
    signed = defaultdict(list)
    for path in sorted((root / "logs/entra/signins").glob("*.ndjson")):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line) if line.endswith("}}") else {"resultType": "1"}
            if record["resultType"] == "0" and record["properties"].get("userId"):
                when = datetime.fromisoformat(record["properties"]["createdDateTime"][:26] + "+00:00") - skew
                signed[record["properties"]["userId"]].append((when, record["properties"]["sessionId"]))
    counted = Counter()
    for fact in truth.exchanges:
        if fact.person is None or fact.caller_class == "personal_key":
            continue
        moment = datetime.fromisoformat(fact.time)
        near = {sid for when, sid in signed[fact.person]
                if moment - timedelta(minutes=90) <= when <= moment + timedelta(minutes=5)}
        expected = {0: "T5", 1: "T4"}.get(len(near), "T-A")
        known = {"T1", "T1b", "T2", "T3"} & set(fact.tier_accept) if fact.source == "edge" else set()
        assert expected in fact.tier_accept or (expected == "T4" and known), fact
        counted[expected] += 1
    assert counted["T4"] > 500
    assert counted["T-A"] >= 1
    assert counted["T5"] >= 1


def test_a_good_month_has_nothing_to_find(good_month: Month) -> None:
    """Without misbehaviour every request is resolved, corroborated, approved where needed, and masked."""
    _, truth = good_month
    assert truth.findings == ()
    assert truth.files == ()
    people = [fact for fact in truth.exchanges if fact.person]
    assert {fact.tier for fact in people} == {"T4"}
    assert {fact.mfa for fact in people} == {"yes"}
    assert {fact.approval for fact in truth.exchanges} == {"valid", "not_required"}
    assert {fact.approver_membership for fact in truth.exchanges if fact.approval == "valid"} == {"member"}
    assert {fact.masking for fact in truth.exchanges} == {"masked_ok", "no_sensitive"}
    assert {row.verdict for row in truth.usage} == {"PRESENT_BOTH", "OUT_OF_SCOPE"}


@pytest.mark.parametrize("switch", catalogue())
def test_each_switch_alone_leaves_its_own_finding(tmp_path: Path, switch: str) -> None:
    """A switch on its own plants itself and nothing else."""
    truth = simulate(tmp_path, misbehaviour=[switch], people=30, interactions=10)
    assert {finding.kind for finding in truth.findings} == {switch}
    check_consistent(tmp_path, truth)


def test_the_demo_misbehaves_without_breaking_files() -> None:
    """The demo's month can be read in full: what is broken in it is a line, not a file."""
    assert {"unapproved_high_risk", "bypass", "log_gap", "malformed_line", "clock_skew"} <= set(demo())
    assert not {"truncated_file", "gzip_cut", "wrong_encoding", "empty_file", "foreign_file"} & set(demo())


def test_the_truth_can_be_kept(tmp_path: Path, good_month: Month) -> None:
    """The truth is saved as JSON on request, beside the logs and never among them."""
    root, truth = good_month
    truth.save(tmp_path / "truth.json")
    assert json.loads((tmp_path / "truth.json").read_text()) == truth.to_json()
    assert not list(root.rglob("truth.json"))
