"""A second gateway beside the first: it knows token, session and address of a request, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from evidence.simulate.clock import HOUR, MINUTE, SECOND, between, new_id
from evidence.simulate.gateway import Connection, Owner
from evidence.simulate.http import Ask
from evidence.simulate.people import Person, subject_of
from evidence.simulate.register import move
from evidence.simulate.sign_ins import SignIn
from evidence.simulate.tunnels import simple, spaced, tunnel
from evidence.simulate.world import CHAT, CI, CLAUDE, Caller, Draft, Expect, Today, World

EDGE = Connection("edge-chat", "", "", "chat", "low")
PROD = Connection("prod-edge", "", "", "chat", "high")
TRIAL = Connection("trial-chat", "", "", "chat", "medium")
PROXY = Connection("gpt-4o", "", "", "chat", "low")
ELSEWHERE = "198.51.100.77"
NOBODY = Owner("", "", "")


def ask(world: World, today: Today, caller: Caller, when: datetime, *, connection: Connection = EDGE,
        expect: Expect | None = None, tiers: tuple[str, ...] = (), outcome: str = "forwarded", ident: str = "",
        **known: Any) -> str:
    """Write a request at the second gateway and draft its fact; return its session.

    What the gateway knows besides user, connection and text is in ``known``, by the columns of its export. A request of
    which the outcome is not known has no answer either.
    """
    session = ident or new_id(today.rng)
    silent: dict[str, Any] = {"outcome": None, "response": None} if outcome == "unknown" else {}
    record = world.further.request(f"{session}#0", caller.person, when, session=session, connection=connection.name,
                                   **silent, **known)
    one = Ask("chat", str(record["prompt"]), str(record.get("response", "")), "gpt-4o")
    masking = ("indeterminate",) if outcome == "unknown" else ("no_sensitive",)
    world.sessions[session] = "edge"
    today.drafts.append(Draft(session, 0, when, one, connection, caller, expect or Expect(), outcome=(outcome,),
                              masking=masking, source="edge", tiers=tiers))
    if caller.person:
        today.activity[caller.person.oid].append(when)
    return session


def _session_of(world: World, person: Person, when: datetime) -> SignIn:
    """Return the sign-in that began the session in which the person worked."""
    of_day = [one for one in world.signs[person.oid] if one.when.date() == when.date()]
    return min((one for one in of_day if one.interactive and not one.error), key=lambda one: one.when)


def _later(today: Today, world: World, person: Person, when: datetime, fill: Callable[[SignIn], None]) -> None:
    """Complete a record when the day's sign-ins are known: their ids are what the token carries."""
    today.after_sign_ins.append(lambda: fill(_session_of(world, person, when)))


@move("token_at_gateway", demo=False)
def by_token(world: World, today: Today) -> None:
    """The gateway writes down the id of the token, and the provider which token it issued."""
    person, when = world.pick(today), today.clock(9)
    ident = ask(world, today, world.caller(person, when), when, tiers=("T1",))
    record, issued = world.further.requests[-1], new_id(today.rng)
    own = today.rng.random() < 0.5

    def fill(sign: SignIn) -> None:
        if own:
            record["token"] = sign.id.replace("-", "")[:22]
        else:
            record["token"] = issued
            world.further.token(issued, person, when - MINUTE, when + HOUR, sign.session)

    _later(today, world, person, when, fill)
    issuer = "the provider" if own else "a token service"
    world.find("token_at_gateway", [ident], person, f"issued by {issuer}", sign_in_tier="T1")


@move("issuance_at_gateway", demo=False)
def by_issuance(world: World, today: Today) -> None:
    """The gateway knows when the token was issued and expires, and exactly one token fits."""
    person, when = world.pick(today), today.clock(10)
    issued = when - between(today.rng, MINUTE, 5 * MINUTE)
    ident = ask(world, today, world.caller(person, when), when, tiers=("T1b",), token_issued=issued + SECOND,
                token_expires=issued + HOUR)
    name = new_id(today.rng)
    _later(today, world, person, when,
           lambda sign: world.further.token(name, person, issued, issued + HOUR, sign.session))
    world.find("issuance_at_gateway", [ident], person, sign_in_tier="T1b")


@move("session_at_gateway", demo=False)
def by_session(world: World, today: Today) -> None:
    """The gateway writes down the session of the identity provider in which the token was issued."""
    person, when = world.pick(today), today.clock(11)
    ident = ask(world, today, world.caller(person, when), when, tiers=("T2",))
    record = world.further.requests[-1]

    def fill(sign: SignIn) -> None:
        record["idp_session"] = sign.session

    _later(today, world, person, when, fill)
    world.find("session_at_gateway", [ident], person, sign_in_tier="T2")


@move("address_at_gateway", demo=False)
def by_address(world: World, today: Today) -> None:
    """Two requests of one person: from the address of the sign-in, and from another."""
    person, when = world.pick(today), today.clock(9)
    caller = world.caller(person, when)
    ident = ask(world, today, caller, when, tiers=("T3",), client_ip=person.ip)
    ask(world, today, caller, when + 20 * MINUTE, tiers=("T4",), client_ip=ELSEWHERE)
    world.find("address_at_gateway", [ident], person, sign_in_tier="T3")


@move("claims_alone", demo=False)
def claims_alone(world: World, today: Today) -> None:
    """The token claims that its owner signed in; the provider's log shows nothing of it."""
    person, when = world.cast["twin_b"], today.clock(9)
    caller = Caller(Owner(person.upn, person.subject, person.name), person)
    world.silent.add((person.oid, today.day))
    ident = ask(world, today, caller, when, tiers=("T5",), user_email=person.upn, authenticated=when - 9 * MINUTE)
    world.find("claims_alone", [ident], person, sign_in_tier="T5")


@move("agent_for_a_person", demo=False)
def agent(world: World, today: Today) -> None:
    """An agent asks for a person, whom evidence.yaml names as its owner."""
    person, when = world.pick(today), today.clock(10)
    owner = Owner("triage-agent", new_id(today.rng), "triage-agent")
    world.callers.append({"subject": owner.user_id, "caller_class": "human_via_agent", "owner": person.mail})
    caller = Caller(owner, person, "human_via_agent")
    ident = tunnel(world, today, caller, CLAUDE, spaced(today.rng, when, [simple(today.rng, CLAUDE)]), expect=Expect())
    world.find("agent_for_a_person", [ident], person, caller_class="human_via_agent")


@move("service_caller", demo=False)
def service(world: World, today: Today) -> None:
    """A pipeline asks with an identity of its own: no person, and nothing wrong with that."""
    caller = Caller(Owner("", world.key_ids[1], "ci-summaries", "machine"), None, "service_principal", "not_a_person")
    asks = spaced(today.rng, today.clock(6), [simple(today.rng, CI)])
    ident = tunnel(world, today, caller, CI, asks, expect=Expect(), kind="machine")
    world.find("service_caller", [ident], None, caller_class="service_principal")


@move("personal_key", demo=False)
def personal_key(world: World, today: Today) -> None:
    """A key of one owner: the proxy says whose, or evidence.yaml does. Nobody signed in with it."""
    person, when = world.pick(today), today.clock(13)
    if today.rng.random() < 0.5:
        owner = Owner(f"{person.login}-key", new_id(today.rng), "personal key")
        world.callers.append({"subject": owner.user_id, "caller_class": "personal_key", "owner": person.mail})
        caller = Caller(owner, person, "personal_key")
        asks = spaced(today.rng, when, [simple(today.rng, CLAUDE)])
        ident = tunnel(world, today, caller, CLAUDE, asks, expect=Expect())
    else:
        ident = new_id(today.rng)
        world.further.by_key(f"{ident}#0", person, when)
        world.further.proxied[-1]["session_id"] = ident
        world.sessions[ident] = "proxy"
        caller = Caller(Owner(person.mail, person.subject, person.name), person, "personal_key")
        one = Ask("chat", "Explain this function.", "It adds two numbers.", "gpt-4o")
        today.drafts.append(Draft(ident, 0, when, one, PROXY, caller, Expect(), source="proxy"))
        today.activity[person.oid].append(when)
    world.find("personal_key", [ident], person, caller_class="personal_key")


@move("no_caller_at_all", demo=False)
def nobody(world: World, today: Today) -> None:
    """A request that the second gateway let through without asking who it was."""
    caller = Caller(NOBODY, None, "unauthenticated", "not_a_person")
    ident = ask(world, today, caller, today.clock(14))
    world.find("no_caller_at_all", [ident], None, caller_class="unauthenticated")


@move("caller_of_no_kind", demo=False)
def of_no_kind(world: World, today: Today) -> None:
    """A name that is neither an address nor a key nor an account: what kind of caller it is cannot be said."""
    name = f"unit-{subject_of(today.rng)[:8].lower()}"
    caller = Caller(Owner(name, name, name), None, "unknown", "unresolved")
    ident = ask(world, today, caller, today.clock(15), user=name)
    world.find("caller_of_no_kind", [ident], None, caller_class="unknown")


@move("outcome_not_recorded", demo=False)
def outcome_unknown(world: World, today: Today) -> None:
    """A request of which the second gateway does not say whether it went out."""
    person, when = world.pick(today), today.clock(12)
    ident = ask(world, today, world.caller(person, when), when, outcome="unknown")
    world.find("outcome_not_recorded", [ident], person, outcome="unknown")


@move("upgraded_connection", demo=False)
def upgraded(world: World, today: Today) -> None:
    """A tunnel that turned into a web socket: what it carried afterwards is no HTTP and cannot be read as such."""
    person, when = world.pick(today), today.clock(12)
    asks = [(when, simple(today.rng, upgraded=True, model="gpt-4o"))]
    ident = tunnel(world, today, world.caller(person, when), CHAT, asks, expect=Expect())
    today.drafts[-1].pairing, today.drafts[-1].outcome = "unparsed", ("unknown",)
    today.drafts[-1].masking = ("indeterminate", "no_sensitive")
    world.find("upgraded_connection", [ident], person, pairing="unparsed")


@move("medium_risk", demo=False)
def medium(world: World, today: Today) -> None:
    """A connection on trial is of medium risk by policy: nobody has to approve."""
    person, when = world.pick(today), today.clock(11)
    world.add_rules(risk=[{"name": "on-trial", "field": "connection", "pattern": "trial-%", "risk": "medium"}])
    ident = ask(world, today, world.caller(person, when), when, connection=TRIAL)
    world.find("medium_risk", [ident], person, risk="medium")
