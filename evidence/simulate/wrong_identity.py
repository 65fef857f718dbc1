"""Misbehaviour around identity: who asked is not known, not alone, not there any more, or not well authenticated."""

from __future__ import annotations

from evidence.simulate import directory
from evidence.simulate.clock import HOUR, MINUTE
from evidence.simulate.gateway import Owner
from evidence.simulate.people import subject_of
from evidence.simulate.register import move
from evidence.simulate.tunnels import ask, low_credentials, simple, spaced, tunnel
from evidence.simulate.world import AGENT, CHAT, CLAUDE, Caller, Expect, Today, World


@move("leaver_active")
def leaver(world: World, today: Today) -> None:
    """His account was disabled at ten; his tunnel still answers at one."""
    person = world.cast["leaver"]
    gone = today.clock(10)
    world.disabled[person.oid] = gone
    world.silent.add((person.oid, today.day))
    world.audit.append((gone, directory.disable(today.rng, world.tenant, gone, person)))
    world.audit.append((gone, directory.revoke_tokens(today.rng, world.tenant, gone + MINUTE, person)))
    caller = world.caller(person, gone)
    parent = low_credentials(world, today, person, CHAT, today.clock(7))
    asks = spaced(today.rng, today.clock(13), [simple(today.rng), simple(today.rng)])
    ident = tunnel(world, today, caller, CHAT, asks, parent=parent, expect=Expect())
    world.find("leaver_active", [ident], person, account="disabled", after_revocation="true")


@move("no_mfa")
def no_mfa(world: World, today: Today) -> None:
    """A day signed in with a password alone."""
    person = world.cast["no_mfa"]
    world.mfa[(person.oid, today.day)] = "no"
    caller = world.caller(person, today.clock(9))
    parent = low_credentials(world, today, person, CHAT, today.clock(9))
    ident = tunnel(world, today, caller, CHAT, spaced(today.rng, today.clock(9), [simple(today.rng)]), parent=parent,
                   expect=Expect())
    world.find("no_mfa", [ident], person, mfa="no")


@move("mfa_unknown")
def mfa_unknown(world: World, today: Today) -> None:
    """A federated sign-in of which the records do not say whether a second factor was used."""
    person = world.pick(today)
    world.mfa[(person.oid, today.day)] = "unknown"
    caller = world.caller(person, today.clock(9))
    parent = low_credentials(world, today, person, AGENT, today.clock(9))
    ident = tunnel(world, today, caller, AGENT, spaced(today.rng, today.clock(9), [simple(today.rng, AGENT)]),
                   parent=parent, expect=Expect())
    world.find("mfa_unknown", [ident], person, mfa="unknown")


@move("two_sign_in_sessions")
def two_sessions(world: World, today: Today) -> None:
    """Two devices signed in at the same time: the gateway cannot say which of them asked."""
    person = world.pick(today)
    world.extra_sign_ins.add((person.oid, today.day))
    caller = world.caller(person, today.clock(9))
    parent = low_credentials(world, today, person, CHAT, today.clock(9))
    ident = tunnel(world, today, caller, CHAT, spaced(today.rng, today.clock(9), [simple(today.rng)]), parent=parent,
                   expect=Expect())
    world.find("two_sign_in_sessions", [ident], person, sign_in_tier="T-A")


@move("stale_sign_in")
def stale(world: World, today: Today) -> None:
    """The last sign-in is hours old when the request comes."""
    person = world.pick(today)
    world.lazy.add((person.oid, today.day))
    caller = world.caller(person, today.clock(7))
    parent = low_credentials(world, today, person, CHAT, today.clock(7))
    first = tunnel(world, today, caller, CHAT, spaced(today.rng, today.clock(7), [simple(today.rng)]), parent=parent,
                   expect=Expect())
    ident = tunnel(world, today, caller, CHAT, spaced(today.rng, today.clock(13), [simple(today.rng)]), parent=parent,
                   expect=Expect())
    world.find("stale_sign_in", [ident], person, f"the morning's {first} is T4", sign_in_tier="T5")


@move("unresolved_identity")
def unresolved(world: World, today: Today) -> None:
    """An address that neither directory nor people.csv knows."""
    owner = Owner("k.vorobiev@contractors.example", subject_of(today.rng), "K. Vorobiev")
    caller = Caller(owner, None, "human_token", "unresolved")
    ident = tunnel(world, today, caller, CHAT, spaced(today.rng, today.clock(10), [simple(today.rng)]), expect=Expect())
    world.find("unresolved_identity", [ident], None, identity="unresolved")


@move("ambiguous_identity")
def ambiguous(world: World, today: Today) -> None:
    """Two people of the directory share the address under which somebody asked."""
    twin = world.cast["twin_a"]
    caller = Caller(Owner(twin.mail, subject_of(today.rng), "Parts desk"), None, "human_token", "ambiguous")
    ident = tunnel(world, today, caller, CHAT, spaced(today.rng, today.clock(11), [simple(today.rng)]), expect=Expect())
    both = ", ".join(sorted((twin.oid, world.cast["twin_b"].oid)))
    world.find("ambiguous_identity", [ident], None, f"either of {both}", identity="ambiguous")


@move("shared_key")
def shared_key(world: World, today: Today) -> None:
    """A key that a team shares: the gateway still says "user"."""
    owner = Owner("team-review-bot", world.key_ids[0], "team-review-bot")
    caller = Caller(owner, None, "shared_key", "not_a_person")
    asks = spaced(today.rng, today.clock(12), [simple(today.rng, CLAUDE), simple(today.rng, CLAUDE)])
    ident = tunnel(world, today, caller, CLAUDE, asks, expect=Expect())
    world.find("shared_key", [ident], None, caller_class="shared_key")


@move("ambiguous_pairing")
def overlap(world: World, today: Today) -> None:
    """Three requests at once in one tunnel: which answer belongs to which is not recorded."""
    person = world.pick(today)
    caller = world.caller(person, today.clock(9))
    parent = low_credentials(world, today, person, CHAT, today.clock(9))
    first, gap = today.clock(9), HOUR / 9000
    asks = [(first + n * gap, simple(today.rng, model="gpt-4o")) for n in range(3)]
    ident = tunnel(world, today, caller, CHAT, asks, parent=parent, expect=Expect(), overlap=True)
    world.find("ambiguous_pairing", [ident], person, pairing="ambiguous")


@move("no_response")
def unanswered(world: World, today: Today) -> None:
    """The last request of a tunnel was never answered."""
    person = world.pick(today)
    caller = world.caller(person, today.clock(9))
    parent = low_credentials(world, today, person, AGENT, today.clock(9))
    asks = spaced(today.rng, today.clock(9), [ask(today.rng, AGENT, sensitive=0),
                                              simple(today.rng, AGENT, unanswered=True)])
    ident = tunnel(world, today, caller, AGENT, asks, parent=parent, expect=Expect())
    world.find("no_response", [f"{ident}/1"], person, outcome="no_response")
