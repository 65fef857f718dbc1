"""Approvals given in another system, and approvers of whom the directory says too little, too late or two things."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from evidence.simulate import directory
from evidence.simulate.beside import PROD, ask
from evidence.simulate.clock import DAY, HOUR, MINUTE, new_id
from evidence.simulate.people import Group, Person
from evidence.simulate.register import move
from evidence.simulate.tunnels import approver_for, simple, spaced, tunnel
from evidence.simulate.world import APPROVERS, DATA, Expect, Today, World

PROMPT = "Drop the table of open shipments."


def _ticket(world: World, today: Today, asker: Person, decided: datetime, by: Person, group: str) -> tuple[str, str]:
    """Record a decision in the ticket system of this seed; return the ticket's number and which system it is."""
    asked = decided - 30 * MINUTE
    number = f"CHG{today.rng.randrange(10**6, 10**7)}"
    today.activity[by.oid].append(decided)
    system = today.rng.choice(("changes", "tickets", "issues") if group == APPROVERS else ("changes", "tickets"))
    if system == "changes":
        world.further.change(number, asker, asked, decided, by, group)
        return number, system
    if system == "issues":
        number = f"AIR-{number[3:]}"
        world.further.issue(number, asker, asked, decided, by)
        return number, system
    world.further.ticket(number, asker, asked, decided, by, ticket=number, approver_group=group)
    world.coverage.add(("tickets", "unknown"))
    return number, system


def _approved(world: World, today: Today, switch: str, by: Person, group: str, membership: str, *,
              decided: datetime | None = None, flags: tuple[str, ...] = ()) -> None:
    """Plant a request approved by ticket, an hour before, by somebody whose membership is the question."""
    person, when = world.pick(today), today.clock(13)
    number, system = _ticket(world, today, person, decided or when - HOUR, by, group)
    expect = Expect(("valid",), flags, number, by.oid, membership)
    ident = ask(world, today, world.caller(person, when), when, connection=PROD, expect=expect, correlation=number)
    world.find(switch, [ident, number], person, system, approver_membership=membership)


@move("approved_by_ticket", demo=False)
def by_ticket(world: World, today: Today) -> None:
    """A ticket of another system approves; the gateway wrote down its number."""
    _approved(world, today, "approved_by_ticket", world.approvers[0], APPROVERS, "member")


@move("ticket_for_another_prompt", demo=False)
def other_prompt(world: World, today: Today) -> None:
    """The ticket approves one text, and another was sent."""
    person, when = world.pick(today), today.clock(14)
    by = approver_for(world, today, person)
    number, ident = f"CHG{today.rng.randrange(10**6, 10**7)}", new_id(today.rng)
    today.activity[by.oid].append(when - HOUR)
    world.further.ticket(number, person, when - 2 * HOUR, when - HOUR, by, exchange_id=f"{ident}#0",
                         prompt_sha256=sha256(b"Count the open shipments.").hexdigest())
    world.coverage.add(("tickets", "unknown"))
    ask(world, today, world.caller(person, when), when, connection=PROD, ident=ident, prompt=PROMPT,
        expect=Expect(("missing",), (), number, by.oid))
    world.find("ticket_for_another_prompt", [ident, number], person, approval="missing")


@move("ticket_in_the_same_minutes", demo=False)
def within_the_clocks(world: World, today: Today) -> None:
    """The ticket was decided two minutes before the request: two systems' clocks cannot say which came first."""
    person, when = world.pick(today), today.clock(15)
    by = approver_for(world, today, person)
    number, system = _ticket(world, today, person, when - 2 * MINUTE, by, APPROVERS)
    ident = ask(world, today, world.caller(person, when), when, connection=PROD, correlation=number,
                expect=Expect(("undetermined",), (), number, by.oid, "member"))
    world.find("ticket_in_the_same_minutes", [ident, number], person, system, approval="undetermined")


def _group(world: World, today: Today, name: str, members: list[Person], *, issuer: str | None = None,
           approves: bool = True, by_rule: bool = False) -> Group:
    made = Group(new_id(today.rng), f"SG-{name.title()}", name, approves, issuer, by_rule)
    world.groups = (*world.groups, made)
    world.members[made.id] = members
    return made


def _change(world: World, today: Today, group: Group, member: Person, when: datetime, *, add: bool) -> None:
    who = (member.oid, member.upn)
    world.audit.append((when, directory.membership(today.rng, world.tenant, when, group, who, add=add)))


@move("approver_of_two_truths", demo=False)
def conflict(world: World, today: Today) -> None:
    """Events and snapshots of the approver's group contradict each other at the time of his decision."""
    by = world.approvers[1]
    group = _group(world, today, "night-approvers", [by, world.approvers[2]])
    kind = today.rng.choice(("gone", "come", "added"))
    world.unlisted.add((group.id, by.oid, "start" if kind == "come" else "end"))
    if kind == "added":
        world.unlisted.add((group.id, by.oid, "start"))
        _change(world, today, group, by, today.clock(9) - DAY, add=True)
    _approved(world, today, "approver_of_two_truths", by, "night-approvers", "conflict")


@move("approver_at_the_edge", demo=False)
def boundary(world: World, today: Today) -> None:
    """The approver joined his group two minutes before he decided, or left it two minutes after."""
    by, decided = world.approvers[2], today.clock(11)
    group = _group(world, today, "week-approvers", [by, world.approvers[1]])
    add = today.rng.random() < 0.5
    world.unlisted.add((group.id, by.oid, "start" if add else "end"))
    _change(world, today, group, by, decided + timedelta(minutes=-2 if add else 2), add=add)
    _approved(world, today, "approver_at_the_edge", by, "week-approvers", "boundary", decided=decided)


@move("approver_by_one_snapshot", demo=False)
def snapshot_only(world: World, today: Today) -> None:
    """One list of a partner's directory shows the approver, and nothing says since when or until when."""
    by = world.approvers[3]
    _group(world, today, "partner-board", [by], issuer=world.partner)
    _approved(world, today, "approver_by_one_snapshot", by, "partner-board", "member_by_snapshot_only")


@move("approver_of_ruled_group", demo=False)
def by_rule(world: World, today: Today) -> None:
    """A rule fills the approver's group: both snapshots show him, and what happened between them no event tells."""
    by = world.approvers[0]
    _group(world, today, "rota-approvers", [by], by_rule=True)
    _approved(world, today, "approver_of_ruled_group", by, "rota-approvers", "member_by_snapshot_only",
              flags=("dynamic_group",))


@move("approver_of_unseen_group", demo=False)
def no_coverage(world: World, today: Today) -> None:
    """One list of a partner's directory, weeks away, does not show the approver: nobody knows what held then."""
    _group(world, today, "partner-desk", [world.approvers[0]], issuer=world.partner)
    _approved(world, today, "approver_of_unseen_group", world.approvers[3], "partner-desk", "unknown_no_coverage")


@move("passed_by_skip_group", demo=False)
def skipped(world: World, today: Today) -> None:
    """A rule of the gateway lets a group pass unasked; policy wanted an approval."""
    person, when = world.cast["no_mfa"], today.clock(10)
    _group(world, today, "incident-desk", [person], approves=False)
    world.skip_groups = (*world.skip_groups, "incident-desk")
    asks = spaced(today.rng, when, [simple(today.rng, DATA)])
    ident = tunnel(world, today, world.caller(person, when), DATA, asks, expect=Expect(("missing",), ("skip_group",)))
    world.find("passed_by_skip_group", [ident], person, approval="missing", approval_flags="skip_group")
