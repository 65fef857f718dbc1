"""How strong an approval is: the approver's own account and sign-in; and rights that outlive their removal."""

from __future__ import annotations

import pytest

T = "2026-10-10 09:00:00"
AGREED = "2026-10-10 08:30:00"
APPROVERS = {
    "fresh": (("enabled", "T4"), "signed in half an hour before, the account enabled"),
    "older": (("enabled", "T5"), "the last sign-in is of the day before"),
    "absent": (("enabled", "T0"), "never signed in, though the log is whole"),
    "after": (("enabled", "T0"), "a sign-in after the decision carries nothing"),
    "closed": (("disabled", "T5"), "the account was disabled before he decided"),
    "unseen": (("unknown", "T4"), "nothing says how the account stood"),
}
STALE = {
    "token": (600_000_000, "removed ten minutes ago, with a token from before"),
    "window": (1_200_000_000, "no token recorded: inside the life of one"),
    "long_ago": (None, "removed longer ago than a token lives"),
    "renewed": (None, "signed in since the removal"),
    "back": (None, "removed and added again before the request"),
    "just": (None, "within the tolerance of the clocks"),
    "unmeant": (None, "a group that means nothing at the gateway"),
    "otherwise": (None, "still in the group by another group"),
}


def _approvers(crowd):
    for name in APPROVERS:
        crowd.person(name)
        crowd.ask(f"x-{name}", "ada", T, parent=f"A-{name}", connection=f"prod-{name}")
        crowd.approval(f"R-{name}", f"A-{name}", "2026-10-10 08:00:00", [{"by": name, "event_time": AGREED}])
        if name != "unseen":
            crowd.account(name, "seen_enabled", "2026-09-30 00:00:00")
    crowd.sign_in("fresh", "2026-10-10 08:00:00")
    crowd.sign_in("older", "2026-10-09 08:00:00")
    crowd.sign_in("after", "2026-10-10 08:36:00")
    crowd.sign_in("closed", "2026-10-01 08:00:00")
    crowd.account("closed", "disabled", "2026-10-09 00:00:00")
    crowd.sign_in("unseen", "2026-10-10 08:00:00", subject=None)


def _removals(crowd):
    crowd.put("cfg_group_map", gateway_group="data", issuer="t", group_id="DATA", valid_from="0001-01-01")

    def change(name, operation, time, group="DATA", kind="person"):
        crowd.put("membership_event", source_id="idp", issuer="t", group_id=group, operation=operation, event_time=time,
                  member_id=f"o-{name}" if kind == "person" else name, member_kind=kind)

    removed = {"token": "08:50", "window": "08:40", "long_ago": "07:00", "renewed": "08:30", "back": "08:30",
               "just": "08:57", "unmeant": "08:40", "otherwise": "08:40"}
    for name, time in removed.items():
        group = "OTHER" if name == "unmeant" else "DATA"
        crowd.person(name)
        change(name, "add", "2026-10-05", group)
        change(name, "remove", f"2026-10-10 {time}:00", group)
        crowd.sign_in(name, "2026-10-10 08:45:00" if name == "renewed" else "2026-10-10 07:55:00")
        token = {"token_issued_at": "2026-10-10 08:00:00", "token_expires_at": "2026-10-10 09:30:00"}
        crowd.ask(name, name, T, **(token if name == "token" else {}))
    change("back", "add", "2026-10-10 08:50:00")
    change("otherwise", "add", "2026-10-05", "NESTED")
    change("NESTED", "add", "2026-10-05", kind="group")


@pytest.fixture(scope="module")
def chains(crowd):
    """Every case, correlated in one run."""
    crowd.high_risk()
    crowd.person("ada")
    _approvers(crowd)
    _removals(crowd)
    return crowd.run()


@pytest.mark.parametrize("name", sorted(APPROVERS))
def test_the_approver_s_own_account_and_sign_in(chains, name):
    """At the instant of the decision: how his account stood, and whether he had signed in himself."""
    chain = chains[f"x-{name}"]
    assert (chain["approver_account_state"], chain["approver_sign_in_tier"]) == APPROVERS[name][0], APPROVERS[name][1]


@pytest.mark.parametrize("name", sorted(STALE))
def test_a_right_that_outlives_its_removal(chains, name):
    """Seconds since the person was removed from a group that his token may still carry."""
    assert chains[name]["stale_entitlement_us"] == STALE[name][0], STALE[name][1]


def test_nothing_is_said_of_an_approver_who_is_not_there(chains):
    """Without an approval, or where the provider's log has a gap, the columns are empty."""
    assert (chains["token"]["approver_account_state"], chains["token"]["approver_sign_in_tier"]) == (None, None)


def test_an_approver_s_missing_sign_in_is_no_finding_without_the_log(company):
    """The provider's log does not cover the decision: whether he signed in is not known."""
    company.high_risk()
    company.covered("idp", "2026-10-10", "2026-10-11", complete=False, reason="export_failed")
    for name in ("ada", "boss"):
        company.person(name)
    company.ask("x", "ada", T, parent="A")
    company.approval("R", "A", "2026-10-10 08:00:00", [{"by": "boss", "event_time": AGREED}])
    assert company.run()["x"]["approver_sign_in_tier"] is None
