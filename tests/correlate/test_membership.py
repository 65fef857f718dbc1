"""Was the approver in the group at that instant? Only what is proven is member."""

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
