"""Which sign-in carries a request, how sure that is, and what it says of the second factor."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from uuid import UUID

import pytest

GUID = UUID("8f5c1d3e-92ab-4c07-b1de-3f6a70c2e915")
T = "2026-10-10 09:00:00"

CASES = {
    "t1": (("T1", "token_id_equal", "yes", 1), "the id of the token presented is that of a token issued"),
    "t1guid": (("T1", "token_id_equal", "yes", 1), "the token carries as base64url the GUID that the log shows"),
    "t1b": (("T1b", "issue_and_expiry_equal", "yes", 1), "no id, but one issue at that second with that expiry"),
    "t2": (("T2", "session_id_equal", "yes", 1), "the request names the provider's session"),
    "t3": (("T3", "same_person_and_address", "yes", 1), "same person, same address, in the token's life"),
    "t3six": (("T3", "same_person_and_address", "yes", 1), "of an IPv6 address the first 64 bits count"),
    "t4": (("T4", "same_person_in_token_life", "yes", 1), "same person in the token's life"),
    "t4after": (("T4", "same_person_in_token_life", "yes", 1), "a sign-in within the tolerance after the request"),
    "t4short": (("T5", "older_sign_in_in_session_life", "yes", 1), "the token's own life is shorter than configured"),
    "crowded": (("T4", "address_is_shared", "yes", 1), "an address that many share gives no T3"),
    "ta": (("T-A", "several_sessions_t4", "unknown", 2), "two sessions fit, and they differ in the factor"),
    "taagree": (("T-A", "several_sessions_t4", "yes", 2), "two sessions fit, both with a second factor"),
    "onesession": (("T4", "same_person_in_token_life", "yes", 1), "many events of one session are one candidate"),
    "t5": (("T5", "older_sign_in_in_session_life", "yes", 1), "an older sign-in of the same day"),
    "t5days": (("T5", "older_sign_in_in_session_life", "yes", 1), "an older sign-in weeks ago"),
    "claims": (("T5", "claims_only", "unknown", 0), "only the claims of the token tell of an authentication"),
    "none": (("T0", "no_sign_in", "unknown", 0), "nobody signed in"),
    "tooold": (("T0", "no_sign_in", "unknown", 0), "the only sign-in is older than the longest session"),
    "late": (("T0", "no_sign_in", "unknown", 0), "a later sign-in never authenticates an earlier request"),
    "failed": (("T0", "no_sign_in", "unknown", 0), "a failed sign-in carries nothing"),
    "other": (("T0", "no_sign_in", "unknown", 0), "another person's token of the same id carries nothing"),
    "single": (("T4", "same_person_in_token_life", "no", 1), "a password alone"),
    "silent": (("T4", "same_person_in_token_life", "yes", 1), "a silent token inherits the factor of its session"),
    "silentno": (("T4", "same_person_in_token_life", "no", 1), "a silent token inherits the lack of it"),
    "blank": (("T4", "same_person_in_token_life", "unknown", 1), "nothing says anything of a second factor"),
    "steps": (("T4", "same_person_in_token_life", "yes", 1), "password and factor are two records of one session"),
    "stepsbyid": (("T2", "session_id_equal", "yes", 1), "and so by the session's id, which its first record shows"),
    "stepup": (("T4", "same_person_in_token_life", "yes", 1), "a factor later in the session, which its first record left open"),
    "contrary": (("T4", "same_person_in_token_life", "unknown", 1), "a password alone, and long after a factor: two answers"),
    "ceremony": (("T4", "same_person_in_token_life", "yes", 1), "records without a session, one address, half a minute"),
    "elsewhere": (("T-A", "several_sessions_t4", "unknown", 2), "two addresses are two sessions, though as near"),
    "devices": (("T-A", "several_sessions_t4", "unknown", 2), "and so are two devices behind one address"),
    "hourlater": (("T-A", "several_sessions_t4", "unknown", 2), "and one address at two times"),
    "onandon": (("T-A", "several_sessions_t4", "yes", 2), "one after the other, until they are too far from the first"),
    "nowhere": (("T-A", "several_sessions_t4", "unknown", 2), "without an address nothing makes two records one"),
    "nosubject": (("T4", "same_person_in_token_life", "yes", 1), "an event without an id is joined by the name then"),
    "apart": (("T4", "same_person_in_token_life", "yes", 1), "a step that names nobody, of the same event in the same source"),
    "apartfailed": (("T4", "same_person_in_token_life", "unknown", 1), "a step that failed shows nothing"),
    "apartelse": (("T4", "same_person_in_token_life", "unknown", 1), "an event of another source has its own steps"),
    "apartlater": (("T4", "same_person_in_token_life", "yes", 1), "a silent token inherits what a step of its session's sign-in showed"),
}


@pytest.fixture(scope="module")
def chains(crowd):
    """Every case, correlated in one run."""
    for name in CASES:
        crowd.person(name)
    crowd.sign_in("t1", "2026-10-08 09:00:00", token_id="tok-1")
    crowd.ask("t1", "t1", T, token_id="tok-1")
    crowd.sign_in("t1guid", "2026-10-08 09:00:00", token_id=str(GUID))
    crowd.ask("t1guid", "t1guid", T, token_id=urlsafe_b64encode(GUID.bytes_le)[:22].decode())
    crowd.sign_in("t1b", "2026-10-10 08:00:01", token_expires_at="2026-10-10 09:30:01")
    crowd.ask("t1b", "t1b", T, token_issued_at="2026-10-10 08:00:00", token_expires_at="2026-10-10 09:30:00")
    crowd.sign_in("t2", "2026-09-20 08:00:00", session_id="sid-2")
    crowd.sign_in("t2", "2026-10-10 08:00:00", session_id="sid-2", interactive=False, mfa_state="unknown")
    crowd.ask("t2", "t2", T, idp_session_id="sid-2")
    crowd.sign_in("t3", "2026-10-10 08:00:00", ip="192.0.2.7")
    crowd.sign_in("t3", "2026-10-10 08:30:00", ip="192.0.2.8")
    crowd.ask("t3", "t3", T, client_ip="192.0.2.7")
    crowd.sign_in("t3six", "2026-10-10 08:00:00", ip="2001:db8:1:2:aaaa::1")
    crowd.ask("t3six", "t3six", T, client_ip="2001:db8:1:2:bbbb::2")
    crowd.sign_in("t4", "2026-10-10 08:00:00", country="NL", ca_status="success", device_managed=True)
    crowd.ask("t4", "t4", T)
    crowd.sign_in("t4after", "2026-10-10 09:04:59")
    crowd.ask("t4after", "t4after", T)
    crowd.sign_in("t4short", "2026-10-10 08:00:00")
    crowd.ask("t4short", "t4short", T, token_issued_at="2026-10-10 08:50:00", token_expires_at="2026-10-10 09:20:00")
    for number in range(11):
        crowd.sign_in(f"visitor{number}", "2026-10-01 08:00:00", ip="192.0.2.99")
    crowd.sign_in("crowded", "2026-10-10 08:00:00", ip="192.0.2.99")
    crowd.ask("crowded", "crowded", T, client_ip="192.0.2.99")
    for name, factor in (("ta", "no"), ("taagree", "yes")):
        crowd.sign_in(name, "2026-10-10 08:00:00", session_id=f"{name}-laptop")
        crowd.sign_in(name, "2026-10-10 08:10:00", session_id=f"{name}-phone", mfa_state=factor)
        crowd.ask(name, name, T)
    for minute in (0, 10, 20):
        crowd.sign_in("onesession", f"2026-10-10 08:{minute:02d}:00", session_id="sid-one", interactive=minute == 0)
    crowd.ask("onesession", "onesession", T)
    crowd.sign_in("t5", "2026-10-10 05:00:00")
    crowd.sign_in("t5", "2026-10-10 06:00:00")
    crowd.sign_in("t5", "2026-10-09 06:00:00")
    crowd.ask("t5", "t5", T)
    crowd.sign_in("t5days", "2026-08-01 06:00:00")
    crowd.ask("t5days", "t5days", T)
    crowd.ask("claims", "claims", T, token_auth_time="2026-10-10 08:00:00")
    crowd.ask("none", "none", T)
    crowd.sign_in("tooold", "2026-07-11 06:00:00")
    crowd.ask("tooold", "tooold", T)
    crowd.sign_in("late", "2026-10-10 09:05:01")
    crowd.ask("late", "late", T)
    crowd.sign_in("failed", "2026-10-10 08:59:00", outcome="failure")
    crowd.ask("failed", "failed", T)
    crowd.sign_in("t1", "2026-10-01 08:59:00", token_id="tok-other")
    crowd.ask("other", "other", T, token_id="tok-other")
    crowd.sign_in("single", "2026-10-10 08:59:00", mfa_state="no")
    crowd.ask("single", "single", T)
    for name, factor in (("silent", "yes"), ("silentno", "no")):
        crowd.sign_in(name, "2026-10-09 08:00:00", session_id=f"{name}-s", mfa_state=factor)
        crowd.sign_in(name, "2026-10-10 08:30:00", session_id=f"{name}-s", mfa_state="unknown", interactive=False)
        crowd.ask(name, name, T)
    crowd.sign_in("blank", "2026-10-10 08:30:00", mfa_state="unknown")
    crowd.ask("blank", "blank", T)
    crowd.sign_in("nosubject", "2026-10-10 08:30:00", subject=None)
    crowd.ask("nosubject", "nosubject", T)
    for name in ("steps", "stepsbyid"):
        crowd.sign_in(name, "2026-10-10 08:30:00", session_id=f"{name}-s", mfa_state="unknown")
        crowd.sign_in(name, "2026-10-10 08:30:20", session_id=f"{name}-s")
    crowd.ask("steps", "steps", T)
    crowd.ask("stepsbyid", "stepsbyid", T, idp_session_id="stepsbyid-s")
    for name, factor in (("stepup", "unknown"), ("contrary", "no")):
        crowd.sign_in(name, "2026-10-10 08:10:00", session_id=f"{name}-s", mfa_state=factor)
        crowd.sign_in(name, "2026-10-10 08:40:00", session_id=f"{name}-s")
        crowd.ask(name, name, T)
    nobody = {"subject": None, "subject_name": None, "subject_kind": "unknown", "interactive": None, "issuer": "not named", "ordinal": 77}
    for name, step in (("apart", {}), ("apartfailed", {"outcome": "failure", "mfa_state": "unknown"}), ("apartelse", {"source_id": "idp2"}), ("apartlater", {})):
        day = "09" if name == "apartlater" else "10"
        crowd.sign_in(name, f"2026-10-{day} 08:30:00", native_id=f"{name}-event", session_id=f"{name}-s", mfa_state="unknown", mfa_basis="requirement: x")
        crowd.sign_in(name, f"2026-10-{day} 08:30:09", native_id=f"{name}-event", mfa_basis="event: app", **nobody | step)
        crowd.ask(name, name, T)
    crowd.sign_in("apartlater", "2026-10-10 08:30:00", session_id="apartlater-s", mfa_state="unknown", interactive=False)
    here = {"ip": "192.0.2.50", "device_id": "laptop"}
    for name, time, place in (("ceremony", "08:30:30", here), ("elsewhere", "08:30:30", {"ip": "192.0.2.51"}),
                              ("devices", "08:30:30", here | {"device_id": "phone"}), ("hourlater", "08:50:00", here),
                              ("onandon", "08:31:30", here), ("nowhere", "08:30:30", {"ip": None})):
        crowd.sign_in(name, "2026-10-10 08:30:00", mfa_state="unknown", **(here if place["ip"] else place))
        crowd.sign_in(name, f"2026-10-10 {time}", **place)
        crowd.ask(name, name, T)
    crowd.sign_in("onandon", "2026-10-10 08:32:30", **here)
    return crowd.run()


@pytest.mark.parametrize("name", sorted(CASES))
def test_tier(chains, name):
    """Each tier, each reason for none, and the factor that goes with it."""
    chain = chains[name]
    assert (chain["sign_in_tier"], chain["sign_in_reason"], chain["mfa_state"], chain["sign_in_candidates"]) \
        == CASES[name][0], CASES[name][1]


def test_the_chosen_sign_in_is_named_with_its_distance(chains, crowd):
    """The chain carries the event, its locator, its distance and what it says of country, device and access policy."""
    chain = chains["t4"]
    assert chain["sign_in_delta_us"] == 3_600_000_000
    assert (chain["country"], chain["ca_status"], chain["device_managed"]) == ("NL", "success", True)
    assert chain["sign_in_locator"] in chain["record_refs"].split()
    assert chains["t4after"]["sign_in_delta_us"] == -299_000_000
    assert chains["t5"]["sign_in_delta_us"] == 3 * 3_600_000_000


def test_candidates_that_were_not_chosen_are_kept(chains, crowd):
    """T-A chooses none: every session stays a candidate of low confidence."""
    links = crowd.table("link", f"link_kind = 'sign_in' AND interaction_id = '{chains['ta']['interaction_id']}'")
    assert [(row["chosen"], row["confidence"], row["candidates"]) for row in links] == [(False, "low", 2)] * 2
    third = crowd.table("link", f"link_kind = 'sign_in' AND interaction_id = '{chains['t3']['interaction_id']}'")
    assert [(row["chosen"], row["method"], row["confidence"]) for row in third] \
        == [(True, "T3", "medium"), (False, "T4", "low")]


def test_a_factor_of_another_record_says_so(chains):
    """The record that is shown may be the one that leaves it open."""
    assert {name: chains[name]["mfa_basis"] for name in ("steps", "stepsbyid", "ceremony", "single")} == {
        "steps": "event", "stepsbyid": "inherited", "ceremony": "event", "single": "event"}
    assert [chains[name]["mfa_basis"] for name in ("apart", "apartfailed", "apartlater")] == ["event: app", "requirement: x", "inherited"]


def test_an_inherited_factor_says_so(chains):
    """The basis of an inherited factor is not the event itself."""
    assert chains["silent"]["mfa_basis"] == "inherited"
    assert chains["t4"]["mfa_basis"] == "event"


def test_without_the_provider_s_log_nothing_is_held_against_anybody(company):
    """Where the provider's log does not cover the instant, a missing sign-in is no_idp_coverage, not no_sign_in."""
    company.person("ada")
    company.covered("idp", "2026-10-10", "2026-10-11", complete=False, reason="export_failed")
    company.ask("in_gap", "ada", T)
    company.ask("just_after", "ada", "2026-10-11 01:00:00")
    company.ask("covered", "ada", "2026-10-12 09:00:00")
    chains = company.run()
    assert {name: chain["sign_in_reason"] for name, chain in chains.items()} == {
        "in_gap": "no_idp_coverage", "just_after": "no_idp_coverage", "covered": "no_sign_in"}


def test_use_after_revocation(company):
    """Revoked sessions, an ended session and a closed account are seen, unless the person signed in again since."""
    for name in ("rev", "again", "gone", "ended", "soon"):
        company.person(name)
        company.sign_in(name, "2026-10-10 08:00:00", session_id=f"{name}-1")
    company.account("rev", "sessions_revoked", "2026-10-10 08:30:00")
    company.account("again", "sessions_revoked", "2026-10-10 08:10:00")
    company.sign_in("again", "2026-10-10 08:20:00", session_id="again-2")
    company.account("gone", "disabled", "2026-10-10 08:30:00")
    company.sign_in("ended", "2026-10-10 08:30:00", event_kind="session_end", session_id="ended-1")
    company.account("soon", "sessions_revoked", "2026-10-10 08:58:00")
    for name in ("rev", "again", "gone", "ended", "soon"):
        company.ask(name, name, T)
    chains = company.run()
    assert {name: chain["after_revocation"] for name, chain in chains.items()} == {
        "rev": True, "again": False, "gone": True, "ended": True, "soon": False}
    assert chains["gone"]["account_state"] == "disabled"
    assert chains["gone"]["person_id"] == "p:t/o-gone"


def test_the_state_of_an_account_at_the_instant(company):
    """Events bound the state, a lone snapshot opens it, nothing known is unknown."""
    for name in ("seen", "left", "back", "quiet"):
        company.person(name)
        company.ask(name, name, T)
    company.account("seen", "seen_enabled", "2026-10-31 00:00:00")
    company.account("left", "deleted", "2026-10-09 00:00:00")
    company.account("back", "disabled", "2026-10-08 00:00:00")
    company.account("back", "enabled", "2026-10-09 00:00:00")
    chains = company.run()
    assert {name: chain["account_state"] for name, chain in chains.items()} == {
        "seen": "enabled", "left": "deleted", "back": "enabled", "quiet": "unknown"}
