"""Misbehaviour around approvals: what was forwarded without, before, after or against a decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from evidence.simulate import text
from evidence.simulate.clock import HOUR, MINUTE, new_id
from evidence.simulate.gateway import Decision, Review, credentials, session
from evidence.simulate.people import Person
from evidence.simulate.register import move
from evidence.simulate.tunnels import (
    approver_for,
    execution,
    issue,
    review_for,
    simple,
    spaced,
    tunnel,
    valid,
)
from evidence.simulate.world import APPROVERS, DATA, OPS, Expect, Today, World


def _high(world: World, today: Today, person: Person, review: Review, minutes: tuple[int, ...], expect: Expect) -> str:
    """Issue credentials under the review and send requests so many minutes after it was asked for."""
    caller = world.caller(person, review.created)
    parent = issue(world, today, caller, DATA, review)
    asks = [(review.created + timedelta(minutes=at), simple(today.rng, DATA)) for at in minutes]
    return tunnel(world, today, caller, DATA, asks, expect=expect, parent=parent)


@move("unapproved_high_risk")
def unapproved(world: World, today: Today) -> None:
    """A tunnel to customer data that no review stands behind."""
    person = world.pick(today)
    caller = world.caller(person, today.clock(9))
    asks = spaced(today.rng, today.clock(9), [simple(today.rng, DATA), simple(today.rng, DATA)])
    ident = tunnel(world, today, caller, DATA, asks, expect=Expect(("missing",)))
    world.find("unapproved_high_risk", [ident], person, approval="missing")


@move("self_approval")
def self_approval(world: World, today: Today) -> None:
    """An administrator approves his own request."""
    person = today.rng.choice(world.approvers)
    today.reserved.add(person.oid)
    start = today.clock(10)
    review = review_for(today, start, person, start + 4 * MINUTE)
    ident = _high(world, today, person, review, (12, 15), Expect(("self",), (), review.id, person.oid, "member"))
    world.find("self_approval", [ident, review.id], person, approval="self")


@move("self_approval_second_account")
def self_approval_alias(world: World, today: Today) -> None:
    """The approver is another account of the same person; only people.csv says so."""
    person = world.cast["double"]
    start = today.clock(11)
    review = review_for(today, start, person, start + 5 * MINUTE)
    if person.second:
        review.decisions[0].email = person.second[1]
        review.decisions[0].subject = f"second-{person.subject[:30]}"
        review.decisions[0].name = f"{person.name} (administration)"
    expect = Expect(("self",), (), review.id, person.oid, None)
    ident = _high(world, today, person, review, (11,), expect)
    world.find("self_approval_second_account", [ident, review.id], person, approval="self")


@move("late_approval")
def late(world: World, today: Today) -> None:
    """Forwarded first, approved an hour later."""
    person = world.pick(today)
    approver, start = approver_for(world, today, person), today.clock(9)
    review = review_for(today, start, approver, start + HOUR)
    ident = _high(world, today, person, review, (3, 7), Expect(("late",), (), review.id, approver.oid, "member"))
    world.find("late_approval", [ident, review.id], person, approval="late")


@move("expired_window")
def expired(world: World, today: Today) -> None:
    """A tunnel that stays open carries a request after the approved hour is over."""
    person = world.pick(today)
    approver, start = approver_for(world, today, person), today.clock(8)
    review = review_for(today, start, approver, start + 5 * MINUTE, hours=1)
    fine = _high(world, today, person, review, (10,), valid(review, approver))
    asks = [(start + 95 * MINUTE, simple(today.rng, DATA))]
    caller = world.caller(person, start)
    ident = tunnel(world, today, caller, DATA, asks, parent=review.session,
                   expect=Expect(("expired",), (), review.id, approver.oid, "member"))
    world.find("expired_window", [ident, review.id], person, "valid before: " + fine, approval="expired")


@move("outside_hours")
def outside_hours(world: World, today: Today) -> None:
    """A command approved for office hours runs in the evening."""
    person = world.pick(today)
    approver, start = approver_for(world, today, person), today.clock(15)
    review = review_for(today, start, approver, start + 10 * MINUTE, kind="onetime")
    review.hours = ("07:00", "15:45")
    ran = start + 90 * MINUTE
    expect = Expect(("outside_window", "undetermined"), (), review.id, approver.oid, "member")
    ident = execution(world, today, world.caller(person, start), OPS, "restart-worker --queue parts", "restarted\n",
                      review, ran, expect=expect)
    world.find("outside_hours", [ident, review.id], person, approval="outside_window")


@move("revoked_access_used")
def revoked(world: World, today: Today) -> None:
    """The second group revokes; the tunnel goes on."""
    person = world.pick(today)
    approver, start = approver_for(world, today, person), today.clock(9)
    review = review_for(today, start, approver, start + 5 * MINUTE, hours=4)
    security = world.approvers[3]
    review.status = "REVOKED"
    review.decisions[1] = Decision("data-security", "REVOKED", security.mail, security.subject, security.name,
                                   start + 40 * MINUTE)
    ident = _high(world, today, person, review, (60,), Expect(("revoked",), (), review.id, approver.oid, "member"))
    world.find("revoked_access_used", [ident, review.id], person, approval="revoked")


@move("approver_overwritten")
def overwritten(world: World, today: Today) -> None:
    """The same group approves and later revokes, which overwrites who approved: the evidence is lost."""
    person = world.pick(today)
    approver, start = approver_for(world, today, person), today.clock(9)
    review = review_for(today, start, approver, start + 5 * MINUTE, hours=4)
    review.status, review.decisions[0].status = "REVOKED", "REVOKED"
    review.decisions[0].when = start + 3 * HOUR
    ident = _high(world, today, person, review, (30,), Expect(("evidence_lost",), (), review.id, None, None))
    world.find("approver_overwritten", [ident, review.id], person, approval="evidence_lost")


@move("rejected_but_executed")
def rejected(world: World, today: Today) -> None:
    """A command runs although its review was rejected."""
    person = world.pick(today)
    approver, start = approver_for(world, today, person), today.clock(13)
    review = review_for(today, start, approver, start + 6 * MINUTE, kind="onetime")
    review.status, review.decisions[0].status = "REJECTED", "REJECTED"
    review.expires, review.rejection = None, "No change number was given."
    ident = execution(world, today, world.caller(person, start), OPS, "drain-node --name press-04", "node drained\n",
                      review, start + 20 * MINUTE, expect=Expect(("rejected",), (), review.id, None, None))
    world.find("rejected_but_executed", [ident, review.id], person, approval="rejected", outcome="forwarded")


@move("denied_request")
def denied(world: World, today: Today) -> None:
    """A command that was rejected and did not run: the control worked."""
    person = world.pick(today)
    approver, start = approver_for(world, today, person), today.clock(13)
    review = review_for(today, start, approver, start + 6 * MINUTE, kind="onetime")
    review.status, review.decisions[0].status = "REJECTED", "REJECTED"
    review.expires, review.rejection = None, "Use the maintenance window."
    ident = execution(world, today, world.caller(person, start), OPS, "purge-cache --all", None, review, None,
                      expect=Expect(("rejected",), (), review.id, None, None), outcome=("denied",))
    world.find("denied_request", [ident, review.id], person, outcome="denied")


@move("pending_approval")
def pending(world: World, today: Today) -> None:
    """A command that still waits when the logs were taken."""
    person = world.pick(today)
    start = today.clock(14)
    review = review_for(today, start, None, None, kind="onetime")
    ident = execution(world, today, world.caller(person, start), OPS, "rotate-index --name parts", None, review, None,
                      expect=Expect(("pending",), (), review.id, None, None), outcome=("no_response", "unknown"))
    world.find("pending_approval", [ident, review.id], person, approval="pending")


@move("approver_not_in_group")
def not_in_group(world: World, today: Today) -> None:
    """The approver had been taken out of the group days before he decided."""
    person, approver = world.pick(today), world.cast["ex_approver"]
    start = today.clock(10)
    review = review_for(today, start, approver, start + 4 * MINUTE)
    ident = _high(world, today, person, review, (9,), Expect(("valid",), (), review.id, approver.oid, "not_member"))
    world.find("approver_not_in_group", [ident, review.id], person, approver_membership="not_member")


@move("forced_approval")
def forced(world: World, today: Today) -> None:
    """One group forces what two should have said."""
    person = world.pick(today)
    approver, start = approver_for(world, today, person), today.clock(12)
    review = review_for(today, start, approver, start + 4 * MINUTE)
    review.minimum, review.decisions[0].forced = 2, True
    ident = _high(world, today, person, review, (9,), valid(review, approver, flags=("forced",)))
    world.find("forced_approval", [ident, review.id], person, approval="valid", approval_flags="forced")


@move("quorum_not_met")
def quorum(world: World, today: Today) -> None:
    """Two groups must agree, one did, and the requests went out."""
    person = world.pick(today)
    approver, start = approver_for(world, today, person), today.clock(12)
    review = review_for(today, start, approver, start + 4 * MINUTE)
    review.minimum, review.status, review.expires = 2, "PENDING", None
    ident = _high(world, today, person, review, (9,), Expect(("missing", "pending"), (), review.id, None, None))
    world.find("quorum_not_met", [ident, review.id], person, approval="missing")


@move("automated_approval")
def automated(world: World, today: Today) -> None:
    """A key of the provisioning service approves in advance."""
    person, start = world.pick(today), today.clock(10)
    review = review_for(today, start, person, start + MINUTE)
    first = review.decisions[0]
    first.email, first.subject, first.name = "", new_id(today.rng), "provisioning-key"
    ident = _high(world, today, person, review, (8,), Expect(("valid", "undetermined"), ("automated",), review.id))
    world.find("automated_approval", [ident, review.id], person, approval_flags="automated")


@move("standing_access")
def standing(world: World, today: Today) -> None:
    """Credentials to customer data that never end, and no review."""
    person, start = world.pick(today), today.clock(9)
    caller = world.caller(person, start)
    body = credentials(session(today.rng, caller.owner, DATA, start - 5 * MINUTE, org=world.org), None,
                       exported=world.exported)
    world.keep(body, "credential_issuance")
    asks = spaced(today.rng, start, [simple(today.rng, DATA)])
    ident = tunnel(world, today, caller, DATA, asks, parent=body["id"], expect=Expect(("missing",), ("standing",)))
    world.find("standing_access", [ident, body["id"]], person, approval="missing", approval_flags="standing")


@move("erased_link")
def erased(world: World, today: Today) -> None:
    """The owner erased the link to his credentials: person, connection and time still lead to the approval."""
    person = world.pick(today)
    approver, start = approver_for(world, today, person), today.clock(14)
    review = review_for(today, start, approver, start + 5 * MINUTE)
    caller = world.caller(person, start)
    issue(world, today, caller, DATA, review)
    asks = [(start + 12 * MINUTE, simple(today.rng, DATA))]
    ident = tunnel(world, today, caller, DATA, asks, expect=valid(review, approver, flags=("inferred_link",)))
    world.find("erased_link", [ident, review.id], person, approval_flags="inferred_link")


@move("blocked_by_analyzer")
def stopped(world: World, today: Today) -> None:
    """The gateway's analyser stops one of three requests; the tunnel stays open."""
    person = world.pick(today)
    approver, start = approver_for(world, today, person), today.clock(10)
    review = review_for(today, start, approver, start + 5 * MINUTE)
    caller = world.caller(person, start)
    parent = issue(world, today, caller, DATA, review)
    rng = today.rng
    bad = replace(simple(rng, DATA), prompt="Why is this private key refused? " + text.prompt(rng), blocked=True)
    asks = spaced(rng, start + 12 * MINUTE, [simple(rng, DATA), bad, simple(rng, DATA)])
    ident = tunnel(world, today, caller, DATA, asks, parent=parent, expect=valid(review, approver))
    world.find("blocked_by_analyzer", [ident, f"{ident}/1"], person, f"asked for by {APPROVERS}", outcome="blocked")
