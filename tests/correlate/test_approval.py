"""Who approved, when, and whether that carries the request."""

from __future__ import annotations

import pytest

T = "2026-10-10 09:00:00"
HOUR = 3_600_000_000
BOSS = {"by": "boss", "event_time": "2026-10-10 08:30:00"}

CASES = {
    "valid": ("valid", "", "approved half an hour before"),
    "late": ("late", "", "forwarded first, approved afterwards"),
    "unsure": ("undetermined", "", "inside the uncertainty of the recording it cannot be told"),
    "sure": ("late", "", "beyond the uncertainty it can"),
    "missing": ("missing", "", "nobody was asked"),
    "rejected": ("rejected", "", "somebody said no and it ran all the same"),
    "pending": ("pending", "", "nobody has answered"),
    "expired": ("expired", "", "after the end of the window granted"),
    "never": ("expired", "", "the request for approval ran out unanswered"),
    "revoked": ("revoked", "", "after somebody revoked it"),
    "before_revocation": ("valid", "", "before somebody revoked it, with the approval still on record"),
    "overwritten": ("evidence_lost", "", "the revocation overwrote who approved"),
    "overwritten_after": ("evidence_lost", "", "after that too, worse is not proven"),
    "remembered": ("valid", "", "an earlier snapshot still shows who approved"),
    "taken_back": ("revoked", "", "approved, then rejected: over from then on"),
    "thread": ("revoked", "", "approved in a thread, whose state nobody keeps, then rejected by another"),
    "thread_before": ("valid", "", "rejected there first, then approved"),
    "thread_kept": ("valid", "", "rejected there by one, and the source says that it stands"),
    "hours": ("outside_window", "", "outside the hours of the rule"),
    "night": ("valid", "", "hours that go over midnight"),
    "policy": ("outside_window", "", "granted for longer than policy accepts"),
    "self": ("self", "", "approved by himself"),
    "second": ("self", "", "approved by his second account"),
    "string": ("self", "", "the same address, though nobody knows the person"),
    "superfluous": ("valid", "", "his own approval, which another makes superfluous"),
    "all": ("valid", "", "every group asked has approved"),
    "not_all": ("undetermined", "", "the gateway says approved, one group is silent"),
    "quorum": ("valid", "", "two of three is the number asked for"),
    "quorum_late": ("late", "", "the second of two came too late"),
    "forced": ("valid", "forced", "one forced decision suffices"),
    "automated": ("valid", "automated", "a key approved"),
    "undated": ("undetermined", "", "approved, nobody knows when"),
    "nothing": ("undetermined", "", "approved, no decision was exported"),
    "standing": ("missing", "standing", "access without an end, without a review"),
    "inferred": ("valid", "inferred_link", "no link but person, connection and time"),
    "inferred_late": ("late", "inferred_link", "asked before, approved after, guessed by person and connection"),
    "elsewhere": ("missing", "", "an approval for another connection carries nothing"),
    "old": ("valid", "", "a window of weeks, approved in the month before"),
    "own_session": ("valid", "", "the review is on the session itself"),
    "twice": ("valid", "", "a one-time approval covers the first request"),
    "twice_again": ("outside_window", "", "and no second one"),
    "ticket": ("valid", "", "a ticket system approved under the ticket's number"),
    "other_prompt": ("missing", "", "another text was approved than was sent"),
    "low": ("not_required", "", "policy wants none for low risk"),
}


def _simple(crowd, name, decisions, **more):
    crowd.ask(name, name, T, parent=f"A-{name}")
    crowd.approval(f"R-{name}", f"A-{name}", "2026-10-10 08:00:00", decisions, **more)


def _instants(crowd):
    _simple(crowd, "valid", [BOSS])
    _simple(crowd, "late", [{"by": "boss", "event_time": "2026-10-10 09:00:01"}])
    for name, second in (("unsure", "00"), ("sure", "02")):
        crowd.ask(name, name, T, parent=f"A-{name}", time_uncertainty_us=1_000_000)
        crowd.approval(f"R-{name}", f"A-{name}", "2026-10-10 08:00:00",
                       [{"by": "boss", "event_time": f"2026-10-10 09:00:{second}"}])
    crowd.ask("missing", "missing", T)
    _simple(crowd, "rejected", [BOSS | {"status": "rejected"}], status="rejected")
    _simple(crowd, "pending", [{"status": "pending"}], status="pending")
    _simple(crowd, "expired", [BOSS], duration_us=HOUR // 4)
    _simple(crowd, "never", [{"status": "pending"}], status="expired")
    _simple(crowd, "hours", [BOSS], window_start="10:00", window_end="18:00")
    _simple(crowd, "night", [BOSS], window_start="22:00", window_end="10:00")
    crowd.ask("policy", "policy", "2026-10-11 09:00:00", parent="A-policy")
    crowd.approval("R-policy", "A-policy", "2026-10-10 08:00:00", [BOSS], duration_us=48 * HOUR)
    crowd.ask("old", "old", "2026-10-05 09:00:00", parent="A-old", connection="prod-old")
    crowd.approval("R-old", "A-old", "2026-10-04 20:00:00", [BOSS | {"event_time": "2026-10-04 21:00:00"}],
                   duration_us=28 * 24 * HOUR)


def _revocations(crowd):
    undone = {"status": "revoked", "event_time": "2026-10-10 08:45:00", "by": "head"}
    _simple(crowd, "revoked", [BOSS, undone], status="revoked", quorum=1)
    later = undone | {"event_time": "2026-10-10 09:30:00"}
    _simple(crowd, "before_revocation", [BOSS, later], status="revoked", quorum=1)
    _simple(crowd, "overwritten", [later], status="revoked")
    _simple(crowd, "overwritten_after", [later], status="revoked")
    crowd.ask("remembered", "remembered", T, parent="A-remembered")
    crowd.approval("R-remembered", "A-remembered", "2026-10-10 08:00:00", [BOSS], observed_at="2026-10-10 08:40:00")
    crowd.rows[-1][1]["observed_at"] = "2026-10-10 08:40:00"
    crowd.approval("R-remembered", "A-remembered", "2026-10-10 08:00:00", [later], status="revoked")
    no = BOSS | {"status": "rejected", "event_time": "2026-10-10 08:50:00", "group_name": "g2"}
    for name, time, status in (("thread", "08:40", "pending"), ("thread_before", "08:10", "pending"), ("thread_kept", "08:40", "approved")):
        _simple(crowd, name, [BOSS, {"by": "chief", "status": "rejected", "event_time": f"2026-10-10 {time}:00"}],
                status=status, quorum=1, approval_kind="external")
    _simple(crowd, "taken_back", [BOSS, no], status="rejected", quorum=1)


def _people(crowd):
    crowd.person("second-adm")
    crowd.declare("oid", "o-second-adm", "upn", "second@x.test")
    _simple(crowd, "self", [BOSS | {"by": "self"}])
    _simple(crowd, "second", [BOSS | {"by": "second-adm"}])
    crowd.ask("string", None, T, subject_email="who@y.test", parent="A-string")
    crowd.approval("R-string", "A-string", "2026-10-10 08:00:00",
                   [{"actor_email": "who@y.test", "event_time": "2026-10-10 08:30:00"}], requester_email="who@y.test")
    _simple(crowd, "superfluous", [BOSS | {"by": "superfluous"}, BOSS], quorum=1)
    _simple(crowd, "automated", [{"actor_email": "key", "actor_kind": "api_key", "event_time": "2026-10-10 08:30:00"}])


def _quorums(crowd):
    head = {"by": "head", "event_time": "2026-10-10 08:40:00"}
    third = {"by": "third", "event_time": "2026-10-10 09:10:00"}
    _simple(crowd, "all", [BOSS, head])
    _simple(crowd, "not_all", [BOSS, {"status": "pending"}])
    _simple(crowd, "quorum", [BOSS, head, {"status": "pending"}], quorum=2)
    _simple(crowd, "quorum_late", [BOSS, third, {"status": "pending"}], quorum=2)
    _simple(crowd, "forced", [head | {"forced": True}, {"status": "pending"}, {"status": "pending"}], quorum=3)
    _simple(crowd, "undated", [{"by": "boss"}])
    _simple(crowd, "nothing", [])


def _links(crowd):
    crowd.ask("standing", "standing", T, session={"standing": True})
    for name, when in (("inferred", "2026-10-10 08:30:00"), ("inferred_late", "2026-10-10 09:30:00")):
        crowd.ask(name, name, T)
        crowd.approval(f"R-{name}", None, "2026-10-10 08:00:00", [{"by": "boss", "event_time": when}],
                       requester_email=f"{name}@x.test", connection="prod")
    crowd.ask("elsewhere", "elsewhere", T)
    crowd.approval("R-elsewhere", None, "2026-10-10 08:00:00", [BOSS], requester_email="elsewhere@x.test",
                   connection="prod-other")
    crowd.ask("own_session", "own_session", T)
    crowd.approval("R-own", "s-own_session", "2026-10-10 08:00:00", [BOSS], approval_kind="onetime", duration_us=None,
                   expires_at="2026-10-10 08:30:00")
    for name, when in (("twice", T), ("twice_again", "2026-10-10 09:05:00")):
        crowd.ask(name, "twice", when, session_id="s-shared")
    crowd.rows.pop()
    crowd.approval("R-twice", "s-shared", "2026-10-10 08:00:00", [BOSS], approval_kind="onetime", duration_us=None)
    crowd.source("desk", "approvals", "approval")
    crowd.ask("ticket", "ticket", T, session={"ticket": "CHG-1"})
    crowd.approval("R-ticket", None, "2026-10-10 07:00:00", [BOSS | {"source_id": "desk"}], source_id="desk",
                   approval_kind="external", external_ref="CHG-1", duration_us=None)
    crowd.ask("other_prompt", "other_prompt", T, prompt_sha256="aa", parent="A-other_prompt")
    crowd.approval("R-other_prompt", "A-other_prompt", "2026-10-10 08:00:00", [BOSS], prompt_sha256="bb")
    crowd.ask("low", "low", T, connection="chat")


@pytest.fixture(scope="module")
def chains(crowd):
    """Every case, correlated in one run."""
    for name in (*CASES, "boss", "head", "third"):
        if name not in {"string", "twice_again"}:
            crowd.person(name)
    crowd.high_risk(max_window_us=24 * HOUR)
    crowd.put("cfg_risk", rank=2, rule="chat", field="connection", pattern="chat", risk="low")
    for build in (_instants, _revocations, _people, _quorums, _links):
        build(crowd)
    return crowd.run()


@pytest.mark.parametrize("name", sorted(CASES))
def test_verdict_and_flags(chains, name):
    """Each verdict and each flag, by a case of its own."""
    verdict, flags, why = CASES[name]
    assert (chains[name]["approval_verdict"], chains[name]["approval_flags"]) == (verdict, flags), why


@pytest.mark.parametrize(("name", "method"), [
    ("valid", "credential_session"), ("own_session", "session"), ("inferred", "inferred"), ("ticket", "ticket"),
    ("missing", None)])
def test_each_link_says_how_it_was_made(chains, name, method):
    """The order of linking: credentials' session, the session itself, a ticket, and last a guess."""
    assert chains[name]["approval_link_method"] == method


def test_the_approval_is_named_with_its_instant(chains):
    """The chain carries the approval, the instant of the quorum, the distance and the end."""
    chain = chains["quorum"]
    assert str(chain["approval_time"]) == "2026-10-10 08:40:00"
    assert chain["approval_delta_us"] == 20 * 60_000_000
    assert str(chain["approval_expires_at"]) == "2026-10-10 16:40:00"
    assert (chain["approver_person_id"], chain["approver_group"]) == ("p:t/o-head", "g1")
    assert chain["approval_native_id"] == "R-quorum"


def test_another_person_is_told_from_an_unknown_one(chains):
    """Whether the approver is the requester is true, false, or not known."""
    assert chains["valid"]["approver_is_requester"] is False
    assert chains["self"]["approver_is_requester"] is True
    assert chains["superfluous"]["approver_is_requester"] is False
    assert chains["missing"]["approver_is_requester"] is None


def test_risk_names_its_rule(chains):
    """The rule that set the risk is printed."""
    assert (chains["valid"]["risk_level"], chains["valid"]["risk_basis"]) == ("high", "prod-data")
    assert (chains["low"]["risk_level"], chains["low"]["risk_basis"]) == ("low", "chat")


def test_a_policy_that_cannot_be_applied_is_undetermined(company):
    """Where risk is the gateway's word alone and it is silent, risk is unknown and nobody can say what was needed."""
    company.person("ada")
    company.put("cfg_risk", rank=1, rule="as-judged", field="gateway_risk", pattern="high", risk="high")
    company.put("cfg_approval", risk="high", required=True)
    company.ask("silent", "ada", T)
    company.ask("said", "ada", T, risk_level="medium")
    company.ask("judged", "ada", T, risk_level="high")
    chains = company.run()
    assert {n: (c["risk_level"], c["risk_basis"], c["approval_verdict"]) for n, c in chains.items()} == {
        "silent": ("unknown", "gateway_silent", "undetermined"), "said": ("medium", "gateway", "not_required"),
        "judged": ("high", "as-judged", "missing")}


def test_what_the_prompt_holds_sets_the_risk(company):
    """The highest rule that fits holds; findings that are test values or allowed do not count."""
    company.person("ada")
    company.put("cfg_risk", rank=1, rule="all", field="connection", pattern="%", risk="low")
    company.put("cfg_risk", rank=2, rule="ids", field="prompt_class", pattern="government_id", risk="high")
    for name, flag in (("hot", None), ("cut", "partial"), ("test", "fixture")):
        company.ask(name, "ada", T)
        company.put("finding", source_id="gw", exchange_ref=name, field="prompt", entity_class="government_id",
                    entity_type="SSN", flag=flag)
    chains = company.run()
    assert {n: (c["risk_level"], c["risk_basis"], c["prompt_findings"]) for n, c in chains.items()} == {
        "hot": ("high", "ids", 1), "cut": ("high", "ids", 1), "test": ("low", "all", 0)}


def test_a_group_that_may_skip_the_approval_is_flagged(company):
    """The gateway's rule, from a source of its own, explains a missing approval; it does not make it one."""
    company.person("ada")
    company.high_risk()
    company.put("policy_snapshot", source_id="rules", object_type="access_rule", connection="prod", groups_skip="ops,sre",
                event_time="2026-10-01", config_sha256="-")
    company.put("cfg_group_map", gateway_group="ops", issuer="t", group_id="G", valid_from="0001-01-01")
    company.put("membership_event", source_id="idp", issuer="t", group_id="G", member_id="o-ada", member_kind="person",
                operation="add", event_time="2026-10-02")
    company.ask("x", "ada", T)
    chain = company.run()["x"]
    assert (chain["approval_verdict"], chain["approval_flags"]) == ("missing", "skip_group")
