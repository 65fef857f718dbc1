"""What the vendors say of use that no day tells: single requests, surfaces out of sight, reports to come."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from evidence.simulate.beside import ask
from evidence.simulate.clock import DAY, HOUR, MINUTE, SECOND, micros, new_id
from evidence.simulate.gateway import session
from evidence.simulate.people import Person
from evidence.simulate.register import move
from evidence.simulate.truth import UsageFact
from evidence.simulate.usage import UserDay, bill_rows
from evidence.simulate.world import CHAT, Today, World

GATED, UNDECLARED = "/chat/completions", "/responses"
SURFACES = ({"source": "github-requests", "surface": "/chat%", "rule": "must_be_gated"},)
LONG = "Which of the two suppliers answered the second request first, number {number}?"
MOBILE, PREVIEW = "mobile_chat_ai_credit", "preview_ai_credit"


def _seen(world: World, today: Today, person: Person, when: datetime, prompt: str, verdict: str, *,
          grade: str | None = None, endpoint: str = GATED, ident: str = "") -> str:
    """Record a request as the vendor saw it, and what must become of it; return what findings name it by."""
    name = ident or new_id(today.rng)
    world.add_rules(surfaces=SURFACES)
    world.further.at_vendor(name, person, when, prompt, endpoint)
    rule = "must_be_gated" if endpoint == GATED else "undeclared"
    day = when.date().isoformat()
    world.usage.append(UsageFact("github-requests", day, str(person.login_id), endpoint, None, person.oid, rule,
                                 (verdict,), grade, grain="request", native=name))
    return f"github-requests/{day}/{person.login_id}"


@move("request_by_id", demo=False)
def by_id(world: World, today: Today) -> None:
    """A request that vendor and gateway know by the same id."""
    person, when = world.pick(today), today.clock(9)
    name = new_id(today.rng)
    ask(world, today, world.caller(person, when), when, provider_request=name)
    known = _seen(world, today, person, when + SECOND, "another text", "MATCHED_ID", ident=name)
    world.find("request_by_id", [known], person, verdict="MATCHED_ID")


@move("request_by_content", demo=False)
def by_content(world: World, today: Today) -> None:
    """A request that vendor and gateway know by the same text, a minute apart."""
    person, when = world.pick(today), today.clock(10)
    prompt = LONG.format(number=today.rng.randrange(10**6))
    ask(world, today, world.caller(person, when), when, prompt=prompt)
    known = _seen(world, today, person, when + MINUTE, prompt, "MATCHED_CONTENT")
    world.find("request_by_content", [known], person, verdict="MATCHED_CONTENT")


@move("request_by_time", demo=False)
def by_time(world: World, today: Today) -> None:
    """A request that vendor and gateway tell apart in everything but person and second."""
    person, when = world.pick(today), today.clock(11)
    ask(world, today, world.caller(person, when), when)
    known = _seen(world, today, person, when + 2 * SECOND, "another text than the gateway saw", "MATCHED_TIME")
    world.find("request_by_time", [known], person, verdict="MATCHED_TIME")


@move("request_beside_gateway", demo=False)
def ungated(world: World, today: Today) -> None:
    """Two requests that passed no gateway: for one a second source says that the person was active, for one none."""
    for plan, grade in (("native", "A"), ("none", "B")):
        person, when = world.pick(today), today.clock(12)
        world.usage_plan[(person.oid, today.day)] = plan
        known = _seen(world, today, person, when, "never passed the gateway", "UNGATED_REQUEST", grade=grade)
        world.find("request_beside_gateway", [known], person, grade, verdict="UNGATED_REQUEST", grade=grade)


@move("request_in_lost_session", demo=False)
def covered(world: World, today: Today) -> None:
    """A request in a session of the gateway whose recording is lost: covered by the session, and by no more."""
    person, when = world.pick(today), today.clock(13)
    world.usage_plan[(person.oid, today.day)] = "none"
    body = session(today.rng, world.caller(person, when).owner, CHAT, when, org=world.org)
    note = base64.b64encode(b"no log found on disk").decode()
    body.update(metrics={}, event_stream=[[0.0, "e", note]], end_date=micros(when + HOUR), exit_code=0)
    world.keep(body, "placeholder")
    known = _seen(world, today, person, when + 20 * MINUTE, "in a lost session", "COVERED_BY_SESSION")
    world.find("request_in_lost_session", [body["id"], known], person, verdict="COVERED_BY_SESSION")


@move("surface_not_declared", demo=False)
def undeclared(world: World, today: Today) -> None:
    """A request on a surface of which evidence.yaml says nothing."""
    person = world.pick(today)
    world.usage_plan[(person.oid, today.day)] = "none"
    known = _seen(world, today, person, today.clock(14), "on another surface", "NOT_ASSESSABLE", endpoint=UNDECLARED)
    world.find("surface_not_declared", [known], person, verdict="NOT_ASSESSABLE")


def _billed(world: World, today: Today, switch: str, login: str, person: Person | None, sku: str, rule: str,
            verdict: str) -> None:
    """Add a line to the bill that is there once, for a surface or a login of its own."""
    row = UserDay(login, 1, 3, 0)
    line = bill_rows(row, today.day)[0]
    line[3] = sku
    world.bill.append(line)
    day = today.day.isoformat()
    world.usage.append(UsageFact("github-billing", day, login, sku, "Claude Sonnet 4.5", person.oid if person else None,
                                 rule, (verdict,)))
    world.find(switch, [f"github-billing/{day}/{login}"], person, sku, verdict=verdict)


def _ruled(world: World, today: Today, switch: str, sku: str, rule: str, verdict: str) -> None:
    """Write a person's bill of a surface for which evidence.yaml has a rule of its own."""
    person = world.pick(today)
    world.usage_plan[(person.oid, today.day)] = "none"
    world.add_rules(surfaces=({"source": "github-billing", "surface": sku, "rule": rule},))
    _billed(world, today, switch, str(person.login), person, sku, rule, verdict)


@move("login_of_two", demo=False)
def shared_login(world: World, today: Today) -> None:
    """A login of the vendor that two people share: the bill does not say which of them."""
    login = "parts-desk"
    world.shared_logins += [(login, world.cast["twin_a"]), (login, world.cast["twin_b"])]
    _billed(world, today, "login_of_two", login, None, "copilot_ai_credit", "must_be_gated", "AMBIGUOUS_IDENTITY")


@move("surface_out_of_sight", demo=False)
def not_observable(world: World, today: Today) -> None:
    """Use on a surface that no gateway can observe, and evidence.yaml says so."""
    _ruled(world, today, "surface_out_of_sight", MOBILE, "not_observable", "NOT_OBSERVABLE")


@move("surface_excluded", demo=False)
def excluded(world: World, today: Today) -> None:
    """Use on a surface that the scope leaves out."""
    _ruled(world, today, "surface_excluded", PREVIEW, "excluded", "OUT_OF_SCOPE")


@move("report_not_final", demo=False)
def not_final(world: World, today: Today) -> None:
    """Two reports of an office assistant: one is final and tells a period, the other can still change."""
    world.coverage.add(("m365-report", "pending"))
    world.add_rules(surfaces=({"source": "m365-report", "surface": "any", "rule": "must_be_gated"},))
    after = (world.month.end + DAY).date()
    for refreshed, verdict, grade in ((after, "NOT_ASSESSABLE", "D"), (after + timedelta(days=3), "PENDING", None)):
        person, day = world.pick(today), today.day.isoformat()
        world.usage_plan[(person.oid, today.day)] = "none"
        world.further.last_active(person, today.day, refreshed)
        world.usage.append(UsageFact("m365-report", day, person.upn, "any", None, person.oid, "must_be_gated",
                                     (verdict,), grade, grain="user_period"))
        world.find("report_not_final", [f"m365-report/{day}/{person.upn}"], person, verdict=verdict)
