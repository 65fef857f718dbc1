"""The ordinary day: tunnels of the assistants, approved access to customer data, commands, pipelines."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from evidence.simulate.clock import HOUR, MINUTE, between
from evidence.simulate.gateway import Owner
from evidence.simulate.people import Person
from evidence.simulate.tunnels import (
    approver_for,
    ask,
    execution,
    issue,
    low_credentials,
    review_for,
    spaced,
    tunnel,
    valid,
)
from evidence.simulate.world import AGENT, CHAT, CI, CLAUDE, DATA, OPS, Caller, Expect, Today, World

KINDS = ("chat", "agent", "claude", "data", "command", "pipeline", "cli")
WEIGHTS = (34, 18, 24, 12, 3, 4, 5)


def fill(world: World, today: Today, wanted: int) -> None:
    """Write tunnels until the day has at least so many exchanges."""
    free = [person for person in world.base if person.oid not in today.reserved]
    moves = {"chat": CHAT, "agent": AGENT, "claude": CLAUDE}
    while len(today.drafts) < wanted:
        rng = today.rng
        kind = rng.choices(KINDS, WEIGHTS)[0]
        person = rng.choice(free)
        moment = today.clock(7) + between(rng, MINUTE, 8 * HOUR)
        size = rng.choice((1, 2, 2, 3, 4, 5))
        if kind == "data":
            _data(world, today, person, moment, size)
        elif kind == "command":
            _command(world, today, person, moment)
        elif kind == "pipeline":
            _pipeline(world, today, moment, size)
        elif kind == "cli":
            caller = world.caller(person, moment)
            tunnel(world, today, caller, CHAT, spaced(rng, moment, [ask(rng, CHAT) for _ in range(size)]),
                   expect=Expect(), kind="cli_connect")
        else:
            connection = moves[kind]
            parent = low_credentials(world, today, person, connection, moment)
            asks = [ask(rng, connection) for _ in range(size)]
            if rng.random() < 0.1:
                asks[0] = replace(asks[0], correlation=f"DEV-{rng.randrange(1000, 9999)}")
            tunnel(world, today, world.caller(person, moment), connection, spaced(rng, moment, asks), parent=parent,
                   expect=Expect())


def _data(world: World, today: Today, person: Person, moment: datetime, size: int) -> None:
    rng = today.rng
    approver = approver_for(world, today, person)
    review = review_for(today, moment, approver, moment + between(rng, 2 * MINUTE, 15 * MINUTE),
                        hours=rng.choice((1, 2, 4)))
    caller = world.caller(person, moment)
    parent = issue(world, today, caller, DATA, review)
    asks = [ask(rng, DATA, sensitive=0.6) for _ in range(size)]
    tunnel(world, today, caller, DATA, spaced(rng, moment + between(rng, 17 * MINUTE, 22 * MINUTE), asks),
           parent=parent, expect=valid(review, approver))


def _command(world: World, today: Today, person: Person, moment: datetime) -> None:
    rng = today.rng
    approver = approver_for(world, today, person)
    decided = moment + between(rng, 2 * MINUTE, 15 * MINUTE)
    review = review_for(today, moment, approver, decided, kind="onetime")
    expect = replace(valid(review, approver), approval=("valid", "undetermined"))
    script = f"summarise-incident --id {rng.randrange(1000, 9999)}"
    execution(world, today, world.caller(person, moment), OPS, script, "summary: one worker was slow, no data lost\n",
              review, decided + between(rng, MINUTE, 6 * MINUTE), expect=expect)


def _pipeline(world: World, today: Today, moment: datetime, size: int) -> None:
    owner = Owner("", world.key_ids[1], "ci-summaries", "machine")
    caller = Caller(owner, None, "service_principal", "not_a_person")
    asks = [ask(today.rng, CI, sensitive=0) for _ in range(size)]
    tunnel(world, today, caller, CI, spaced(today.rng, moment, asks), expect=Expect(), kind="machine")
