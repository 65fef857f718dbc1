"""Was he in the group at that instant? Only what is proven is member, and who says so is kept apart."""

from __future__ import annotations

import pytest

T = "2026-10-10 09:00:00"
CASES = {
    "event": ("member", "added before, nothing since"),
    "removed": ("not_member", "added and removed before"),
    "edge": ("boundary", "added within the tolerance before"),
    "just_removed": ("boundary", "removed within the tolerance before"),
    "between": ("member", "listed before and after"),
    "carried": ("member", "listed later, and the gapless stream shows no change in between"),
    "never": ("not_member", "missing from complete lists before and after"),
    "lost": ("conflict", "added by an event, missing from the next complete list"),
    "nested": ("member", "in a group that is in the group"),
    "open": ("member_by_snapshot_only", "listed later, and no stream tells of changes"),
    "unmapped": ("unknown_no_coverage", "nobody said which directory group that is"),
    "stranger": ("unknown_no_coverage", "nobody knows the approver"),
}


@pytest.fixture(scope="module")
def chains(crowd):
    """Every approver decides on a request of his own at nine o'clock."""
    crowd.high_risk()
    crowd.person("ada")
    for group, directory in (("g0", "G"), ("open", "OPEN"), ("later", "LATER")):
        crowd.put("cfg_group_map", gateway_group=group, issuer="t", group_id=directory, valid_from="0001-01-01")

    def change(name, operation, time, group="G", kind="person"):
        member = name if kind == "group" else f"o-{name}"
        crowd.put("membership_event", source_id="idp", issuer="t", group_id=group, member_id=member, member_kind=kind,
                  operation=operation, event_time=time)

    def listed(name, time, group="G", kind="person"):
        member = name if kind == "group" else f"o-{name}"
        crowd.put("membership_snapshot", source_id="dir", issuer="t", group_id=group, member_id=member,
                  member_kind=kind, complete=True, event_time=time)

    change("event", "add", "2026-10-05")
    change("event", "add", "2026-10-06")
    change("removed", "add", "2026-10-05")
    change("removed", "remove", "2026-10-06")
    change("edge", "add", "2026-10-10 08:57:00")
    change("just_removed", "remove", "2026-10-10 08:57:00")
    change("lost", "add", "2026-10-05")
    for name in ("event", "edge", "between"):
        listed(name, "2026-10-31")
    listed("carried", "2026-10-31", group="LATER")
    for name in ("between", "just_removed"):
        listed(name, "2026-10-01")
    listed("NEST", "2026-10-01", kind="group")
    listed("NEST", "2026-10-31", kind="group")
    listed("nested", "2026-10-01", group="NEST")
    listed("nested", "2026-10-31", group="NEST")
    change("NEST", "add", "2026-10-01", group="NEST", kind="group")
    crowd.put("membership_snapshot", source_id="dir", issuer="t", group_id="OPEN", member_id="o-open",
              member_kind="person", complete=False, event_time="2026-11-20")
    for name in CASES:
        if name != "stranger":
            crowd.person(name)
        crowd.ask(name, "ada", "2026-10-10 10:00:00", parent=f"A-{name}")
        group = {"open": "open", "unmapped": "nowhere", "carried": "later"}.get(name, "g0")
        crowd.approval(f"R-{name}", f"A-{name}", "2026-10-10 08:00:00",
                       [{"by": name, "event_time": T, "group_name": group}])
    return crowd.run()


@pytest.mark.parametrize("name", sorted(CASES))
def test_verdict(chains, name):
    """Each answer of the verdict function."""
    assert chains[name]["approver_membership"] == CASES[name][0], CASES[name][1]


def test_intervals_are_half_open_and_say_what_bounds_them(chains, crowd):
    """The intervals carry the basis of each end, and conflicts are intervals of their own."""
    rows = {row["member_id"]: row for row in crowd.table("membership_interval", "group_id = 'g'")}
    assert (rows["o-removed"]["from_basis"], rows["o-removed"]["to_basis"]) == ("event", "event")
    assert (rows["o-between"]["from_basis"], rows["o-between"]["to_basis"]) == ("snapshot_only", "open")
    assert rows["o-lost"]["conflict"] is True
    assert rows["o-event"]["conflict"] is False


def test_policy_can_name_the_groups_that_may_approve(company):
    """A decision for another group than policy names counts by membership in the group that policy names."""
    company.high_risk(approver_group="board")
    company.person("ada")
    company.person("boss")
    company.put("cfg_group_map", gateway_group="board", issuer="t", group_id="B", valid_from="0001-01-01")
    company.put("membership_snapshot", source_id="dir", issuer="t", group_id="B", member_id=None, member_kind="unknown",
                complete=True, event_time="2026-10-31")
    company.ask("x", "ada", "2026-10-10 10:00:00", parent="A")
    company.approval("R", "A", "2026-10-10 08:00:00", [{"by": "boss", "event_time": T, "group_name": "friends"}])
    chain = company.run()["x"]
    assert (chain["approval_verdict"], chain["approver_membership"]) == ("valid", "not_member")


def _listed(company, name, time, *groups):
    """Let the gateway's own list of accounts show a person with all his groups."""
    account = {"source_id": "list", "event_time": time, "issuer": "gate"}
    company.put("identity_alias", alias_type="gateway_user", alias=f"u-{name}", anchor_type="email", anchor=f"{name}@x.test",
                person_kind="unknown", basis="snapshot", **account)
    for group in groups:
        company.put("membership_snapshot", group_id=group, group_name=group, member_id=f"u-{name}", member_kind="person",
                    complete=False, **account)


def test_three_answers_on_a_group_are_kept_apart(company):
    """Claim, directory and the gateway's list each answer; what contradicts is listed with what it says, never merged."""
    company.source("list", "directory")
    company.put("cfg_group_map", gateway_group="dev", issuer="t", group_id="D", valid_from="0001-01-01")
    for name in ("ada", "bob", "cy"):
        company.person(name)
    for seen in ("2026-09-30", "2026-10-31"):
        _listed(company, "ada", seen, "dev", "other")
        _listed(company, "bob", seen, "dev")
        company.put("membership_snapshot", source_id="dir", issuer="t", group_id="D", member_id="o-ada",
                    member_kind="person", complete=True, event_time=seen)
    _listed(company, "cy", "2026-10-31")
    for native, name, groups in (("a1", "ada", "dev,other"), ("a2", "ada", ""), ("b1", "bob", None), ("c1", "cy", "dev")):
        company.ask(native, name, "2026-10-10 10:00:00", claimed_groups=groups)
    chains = company.run()
    names = {row["interaction_id"]: native for native, row in chains.items()}
    answers = {}
    for row in company.table("link", "link_kind LIKE 'group%'"):
        answers.setdefault(names[row["interaction_id"]], {})[row["link_kind"][6:]] = (row["method"], row["native_id"], row["reason"])
    who = ("requester", "dev")
    assert answers == {
        "a1": {"claim": (*who, "member"), "directory": (*who, "member"), "grant": (*who, "member")},
        "a2": {"claim": (*who, "not_member"), "directory": (*who, "member"), "grant": (*who, "member")},
        "b1": {"claim": (*who, "not_recorded"), "directory": (*who, "not_member"), "grant": (*who, "member")},
        "c1": {"claim": (*who, "member"), "directory": (*who, "not_member"), "grant": (*who, "unknown_no_coverage")}}
    rows = company.table("irregularity", "kind = 'group_disagreement'")
    assert [(row["expected"], row["found"], row["example"].split(";")[0]) for row in rows] == [
        (4, 3, "requester in dev: claim member, directory not_member, gateway unknown_no_coverage"),
        (4, 3, "requester in dev: claim not_member, directory member, gateway member"),
        (4, 3, "requester in dev: claim not_recorded, directory not_member, gateway member")]


def test_the_gateway_s_word_on_an_approver_is_held_against_the_directory(company):
    """He decided for the group and the gateway lists him in it, and the directory never had him: the chain fails, and it is listed."""
    company.high_risk()
    company.source("list", "directory")
    company.put("cfg_group_map", gateway_group="g0", issuer="t", group_id="G", valid_from="0001-01-01")
    company.person("ada")
    company.person("boss")
    for seen in ("2026-09-30", "2026-10-31"):
        _listed(company, "boss", seen, "g0")
        company.put("membership_snapshot", source_id="dir", issuer="t", group_id="G", member_id=None, member_kind="unknown",
                    complete=True, event_time=seen)
    company.ask("x", "ada", "2026-10-10 10:00:00", parent="A")
    company.approval("R", "A", "2026-10-10 08:00:00", [{"by": "boss", "event_time": T}])
    assert company.run()["x"]["approver_membership"] == "not_member"
    links = {row["link_kind"]: (row["method"], row["reason"], row["chosen"]) for row in company.table("link", "link_kind LIKE 'group%'")}
    assert links == {"group_claim": ("approver", "member", True), "group_directory": ("approver", "not_member", False),
                     "group_grant": ("approver", "member", True)}
    assert [row["example"].split(";")[0] for row in company.table("irregularity", "kind = 'group_disagreement'")] == [
        "approver in g0: claim member, directory not_member, gateway member"]


@pytest.mark.parametrize(("rule", "logged", "gapless", "told", "flags"), [
    (None, False, True, "member", ""),
    (True, False, True, "member_by_snapshot_only", "dynamic_group"),
    (True, True, False, "member_by_snapshot_only", "dynamic_group"),
    (True, True, True, "member", ""),
])
def test_a_group_that_a_rule_fills_is_only_seen_in_snapshots(company, rule, logged, gapless, told, flags):
    """Two lists carry nothing between them there, unless a gapless log has the changes of that very group."""
    company.high_risk()
    if not gapless:
        company.covered("idp", "2026-10-05", "2026-10-06", complete=False, stream="membership_event")
    company.put("cfg_group_map", gateway_group="g0", issuer="t", group_id="G", valid_from="0001-01-01")
    for name in ("ada", "boss", "other"):
        company.person(name)
    for seen in ("2026-09-30", "2026-10-31"):
        company.put("membership_snapshot", source_id="dir", issuer="t", group_id="G", member_id="o-boss", complete=True,
                    member_kind="person", event_time=seen, rule_driven=rule)
    if logged:
        for operation, time in (("add", "2026-10-02"), ("remove", "2026-10-03")):
            company.put("membership_event", source_id="idp", issuer="t", group_id="G", member_id="o-other",
                        member_kind="person", operation=operation, event_time=time)
    company.ask("x", "ada", "2026-10-10 10:00:00", parent="A", claimed_groups="g0")
    company.approval("R", "A", "2026-10-10 08:00:00", [{"by": "boss", "event_time": T}])
    chain = company.run()["x"]
    assert (chain["approval_verdict"], chain["approver_membership"], chain["approval_flags"]) == ("valid", told, flags)
    assert [row["rule_driven"] for row in company.table("membership_interval", "member_id = 'o-boss'")] == [bool(rule)]
