"""How a person comes to a tunnel and what passes through it: the moves that traffic and misbehaviour are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from evidence.simulate import text
from evidence.simulate.clock import DAY, MINUTE, SECOND, between, micros, new_id, seconds
from evidence.simulate.gateway import Connection, Decision, Recording, Review, credentials, metrics, record, session
from evidence.simulate.http import MODELS, Ask
from evidence.simulate.people import Person
from evidence.simulate.world import APPROVERS, CHAT, SECURITY, Caller, Draft, Expect, Today, World

ENTITIES = ("EMAIL_ADDRESS", "PHONE_NUMBER", "PERSON", "CREDIT_CARD")


def ask(rng: Random, connection: Connection, *, sensitive: float = 0.25) -> Ask:
    """Return an ordinary exchange; some answers held customer data, which the gateway has masked."""
    answer, marks = text.answer(rng), []
    if connection.masking and rng.random() < sensitive:
        for entity in rng.sample(ENTITIES, k=rng.choice((1, 1, 2))):
            answer += "\n" + text.sentence(text.MAKERS[entity](rng), masked=True)
            marks.append(entity)
    stream = rng.random() < 0.55
    return Ask(connection.wire, text.prompt(rng), answer, rng.choice(MODELS[connection.wire]), stream=stream,
               gzip=not stream and rng.random() < 0.3, entities=tuple(marks))


def spaced(rng: Random, first: datetime, asks: Sequence[Ask],
           gap: timedelta = 6 * MINUTE) -> list[tuple[datetime, Ask]]:
    """Return the exchanges with the times at which they were sent, one after the other's answer."""
    moments, now = [], first
    for one in asks:
        moments.append((now, one))
        now += between(rng, 20 * SECOND, gap)
    return moments


def _judge(one: Ask, connection: Connection, *, overlap: bool) -> tuple[str, ...]:
    if one.unanswered:
        return ("indeterminate", "no_sensitive")
    if one.cut:
        return ("indeterminate",)
    if not connection.masking:
        return ("off",)
    if overlap:
        return ("indeterminate", "no_sensitive")
    return ("masked_ok",) if one.entities else ("no_sensitive",)


def tunnel(world: World, today: Today, caller: Caller, connection: Connection, asks: Sequence[tuple[datetime, Ask]], *,
           expect: Expect, parent: str | None = None, review: Review | None = None, opened: datetime | None = None,
           kind: str = "proxied_traffic", overlap: bool = False, **counters: Any) -> str:
    """Write a session that carries exchanges and draft their facts; return its id."""
    rng = today.rng
    base = asks[0][0] - between(rng, SECOND / 10_000, SECOND / 200)
    body = session(rng, caller.owner, connection, opened or base, org=world.org)
    if parent:
        body["metadata"] = {"credential_session": parent}
    tape = record(asks, base, rng, overlap=overlap)
    body["event_stream"], body["event_size"] = tape.events, tape.size
    body["end_date"] = micros(base + timedelta(seconds=tape.last) + between(rng, SECOND, 20 * SECOND))
    body["exit_code"] = 0
    if asks[0][1].correlation:
        body["correlation_id"] = asks[0][1].correlation
    masked = Counter(entity for _, one in asks for entity in one.entities)
    truncated = any(one.cut for _, one in asks)
    verdicts = ["block" if one.blocked else "allow" for _, one in asks]
    settings: dict[str, Any] = {"masked": dict(masked), "truncated": truncated, **counters}
    body["metrics"] = metrics(tape.size, settings.pop("masked"), verdicts=verdicts, **settings)
    if review:
        review.session = body["id"]
    world.keep(body, kind, review)
    _draft(today, body["id"], caller, connection, asks, expect, pairing="ambiguous" if overlap else "exact")
    return str(body["id"])


def _draft(today: Today, ident: str, caller: Caller, connection: Connection, asks: Sequence[tuple[datetime, Ask]],
           expect: Expect, *, pairing: str) -> None:
    for seq, (moment, one) in enumerate(asks):
        outcome = "blocked" if one.blocked else "no_response" if one.unanswered else "forwarded"
        today.drafts.append(Draft(ident, seq, moment, one, connection, caller, expect, outcome=(outcome,),
                                  pairing="unpaired" if one.unanswered else pairing,
                                  kind="blocked" if one.blocked else "exchange",
                                  masking=_judge(one, connection, overlap=pairing == "ambiguous"),
                                  truncated=one.cut))
        if caller.person:
            today.activity[caller.person.oid].append(moment)


def low_credentials(world: World, today: Today, person: Person, connection: Connection, moment: datetime) -> str:
    """Return the issuance of credentials that the person uses on a connection of low risk; good for 30 days."""
    held = world.low.get((person.oid, connection.name))
    if held and held[1] > moment + DAY:
        return held[0]
    when = moment - between(today.rng, 2 * MINUTE, 5 * MINUTE)
    body = session(today.rng, world.caller(person, when).owner, connection, when, org=world.org)
    expires = when + 30 * DAY
    world.keep(credentials(body, expires, exported=world.exported), "credential_issuance")
    world.low[(person.oid, connection.name)] = (body["id"], expires)
    return str(body["id"])


def review_for(today: Today, created: datetime, approver: Person | None, decided: datetime | None, *,
               hours: int = 2, kind: str = "jit") -> Review:
    """Return a review of two groups of which one must agree; approved when somebody has decided."""
    first, second = Decision(APPROVERS), Decision(SECURITY)
    if approver and decided:
        first.status, first.when = "APPROVED", decided
        first.email, first.subject, first.name = approver.mail, approver.subject, approver.name
        today.activity[approver.oid].append(decided)
    status = "PENDING" if not decided else "APPROVED" if kind == "jit" else "EXECUTED"
    duration = timedelta(hours=hours) if kind == "jit" else timedelta(0)
    return Review(new_id(today.rng), "", kind, created, status, [first, second], duration,
                  decided + duration if decided else None, "data-jit" if kind == "jit" else "ops-commands", 1)


def issue(world: World, today: Today, caller: Caller, connection: Connection, review: Review) -> str:
    """Write the issuance of credentials that waits for, or got, the review; return its id."""
    body = session(today.rng, caller.owner, connection, review.created - between(today.rng, SECOND / 500, SECOND / 100),
                   org=world.org)
    review.session = body["id"]
    if review.expires:
        credentials(body, review.expires + 2 * SECOND, exported=world.exported)
    elif review.status == "PENDING":
        body["status"] = "open"
    revoked = [one.when for one in review.decisions if one.status == "REVOKED" and one.when]
    if revoked and body["metadata"]:
        body["metadata"]["credentials_revoked_at"] = body["end_date"] = seconds(max(revoked))
    world.keep(body, "credential_issuance", review)
    if caller.person:
        today.activity[caller.person.oid].append(review.created)
    return str(body["id"])


def valid(review: Review, approver: Person, *, flags: tuple[str, ...] = ()) -> Expect:
    """Return what must be said when everything was in order."""
    return Expect(("valid",), flags, review.id, approver.oid, "member")


def approver_for(world: World, today: Today, person: Person) -> Person:
    """Return one of the standing approvers who is not the person."""
    return today.rng.choice([one for one in world.approvers if one.oid != person.oid])


def execution(world: World, today: Today, caller: Caller, connection: Connection, script: str, output: str | None,
              review: Review, ran: datetime | None, *, expect: Expect,
              outcome: tuple[str, ...] = ("forwarded",)) -> str:
    """Write a session of one command that waits for its review, and what it printed; return its id."""
    body = session(today.rng, caller.owner, connection, review.created - SECOND / 100, org=world.org)
    review.session = body["id"]
    body["verb"], body["script"], body["script_size"] = "exec", {"data": script}, len(script.encode())
    body["event_stream"], body["metrics"] = [], None
    if ran and output is not None:
        tape = Recording(base=ran)
        tape.add(ran + between(today.rng, SECOND / 10, SECOND), "o", output.encode())
        body["event_stream"], body["event_size"], body["exit_code"] = tape.events, tape.size, 0
        body["end_date"] = micros(ran + timedelta(seconds=tape.last) + SECOND / 50)
        body["metrics"] = metrics(tape.size, {})
        body["ai_analysis"] = {"risk_level": "medium", "title": "Change of a running service",
                               "explanation": "Restarts one worker of the queue.", "action": "allow_execution"}
    elif review.status == "PENDING":
        body["status"] = "open"
    world.keep(body, "exec", review)
    one = Ask("exec", script, output or "", "", unanswered=output is None)
    masking: tuple[str, ...] = ("no_sensitive",) if output is not None else ()
    today.drafts.append(Draft(body["id"], 0, ran or review.created, one, connection, caller, expect, outcome=outcome,
                              pairing="exact" if output is not None else "unpaired",
                              kind="denied" if outcome == ("denied",) else "exchange", masking=masking,
                              truncated=False if output is not None else None))
    if caller.person:
        moment = ran or review.created
        today.activity[caller.person.oid].append(moment)
        _talk_beside(world, today, caller.person, moment + 25 * MINUTE)
    return str(body["id"])


def _talk_beside(world: World, today: Today, person: Person, moment: datetime) -> None:
    """Let the one who runs a command also talk to the assistant that day, so that its vendor knows of him too."""
    tunnel(world, today, world.caller(person, moment), CHAT, [(moment, simple(today.rng))], expect=Expect(),
           parent=low_credentials(world, today, person, CHAT, moment))


def simple(rng: Random, connection: Connection = CHAT, **changes: Any) -> Ask:
    """Return an exchange with nothing sensitive, not streamed unless asked for."""
    one = ask(rng, connection, sensitive=0)
    return replace(one, stream=False, gzip=False, **changes) if "stream" not in changes else replace(one, **changes)
