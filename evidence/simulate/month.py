"""The simulated month from first to last file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

# The moves register themselves when their modules are imported.
from evidence.simulate import (
    beside,
    config,
    directory,
    edges,
    faults,
    policies,
    usage,
    wrong_approvals,
    wrong_identity,
    wrong_masking,
    wrong_tickets,
    wrong_usage,
)
from evidence.simulate.clock import DAY, HOUR, MINUTE, Month, micros, midnight, new_id, seconds, ticks
from evidence.simulate.days import Diary
from evidence.simulate.gateway import connection_detail
from evidence.simulate.people import Group
from evidence.simulate.register import MOVES, Move, catalogue, demo
from evidence.simulate.sink import Sink
from evidence.simulate.truth import Truth
from evidence.simulate.world import LABS, World

ORGANISATION = "Aldermoor Automation"
CROWD = 9
"""So many moves a day are few enough that there are people for each."""
SETTINGS = ("start", "middle", "end")
MODULES = (beside, wrong_approvals, wrong_identity, wrong_masking, wrong_tickets, wrong_usage)


def simulate(out: Path, *, seed: int = 7, period: str = "2026-10", people: int = 40, interactions: int = 600,
             misbehaviour: Sequence[str] | None = None, timezone: str = "Europe/Berlin", per_day: bool | None = None,
             texts: bool = False, facts: bool = True, own_risk: bool = True) -> Truth:
    """Write a company folder with a month of logs and return what is true of it.

    Args:
        out: the company folder; made when it is not there.
        seed: the same seed gives the same bytes.
        period: the month, ``YYYY-MM``.
        people: how many people work there; at least 30.
        interactions: about how many AI requests pass the gateway.
        misbehaviour: switches of ``catalogue()``; None for what the demo company does, empty for a clean month.
        timezone: zone in which the organisation counts its months.
        per_day: True writes one file of sessions per day, False one per session; None decides by the size.
        texts: True keeps prompts and answers in the truth.
        facts: False keeps no fact per exchange, for very large months.
        own_risk: False leaves the policy without rules of its own on risk: the gateway's word alone says it.

    Raises:
        ValueError: a switch does not exist, or the company is too small for its parts.
    """
    switches = tuple(sorted(demo() if misbehaviour is None else set(misbehaviour)))
    unknown = sorted(set(switches) - set(catalogue()))
    if unknown:
        raise ValueError(f"no such misbehaviour: {', '.join(unknown)}; there are {', '.join(catalogue())}")
    if people < 30:
        raise ValueError(f"expected at least 30 people, found {people}")
    sink = Sink(out, per_day=interactions > 5000 if per_day is None else per_day, keep_texts=texts, keep_facts=facts)
    world = World(Month.of(period, timezone), seed, people, switches, sink, own_risk=own_risk)
    edges.prepare(world)
    diary = Diary(world, _plan(world))
    _standing_events(world)
    share = interactions / max(1, len([day for day in world.days if day not in world.gateway_gap]))
    for number, day in enumerate(world.days):
        wanted = round(share * (number + 1)) - round(share * number)
        diary.write(day, wanted)
    edges.finish(world, diary)
    _write_rest(world)
    faults.spoil(world)
    return _truth(world)


def _plan(world: World) -> dict[date, list[Move]]:
    """Give each move a working day of its own choosing, away from the edges and gaps of the month."""
    last = len(world.days) - 9
    free = [day for day in world.days[2:last] if day not in world.gateway_gap | world.idp_gap]
    plan: dict[date, list[Move]] = {}
    for switch in world.switches:
        if switch in MOVES:
            usable = free[len(free) // 2:] if switch in {"approver_not_in_group", "leaver_active"} else free
            calm = [day for day in usable if len(plan.get(day, ())) < CROWD] or usable
            day = Random(f"{world.seed}:{switch}").choice(calm)  # noqa: S311 - a simulation
            plan.setdefault(day, []).append(MOVES[switch])
    for day, moves in edges.plan(world).items():
        plan[day] = [*moves, *plan.get(day, [])]
    return plan


def _standing_events(world: World) -> None:
    """Record the changes of the directory that every month has: approvers appointed, one relieved, one renamed."""
    rng = Random(f"{world.seed}:directory")  # noqa: S311 - a simulation
    for number, record in enumerate(world.groups[:2]):
        for place, member in enumerate(world.members[record.id]):
            when = world.month.start - 20 * DAY + number * HOUR + place * MINUTE
            world.audit.append((when, directory.membership(rng, world.tenant, when, record, (member.oid, member.upn),
                                                           add=True)))
    relieved = world.cast["ex_approver"]
    when = midnight(world.days[1]) + 8 * HOUR
    world.audit.append((when, directory.membership(rng, world.tenant, when, world.groups[0],
                                                   (relieved.oid, relieved.upn), add=False)))
    renamed = world.cast["renamed"]
    world.audit.append((world.rename_at(), directory.rename(rng, world.tenant, world.rename_at(), renamed)))


def _write_rest(world: World) -> None:
    world.sink.write("github/billing/ai-usage.csv", usage.bill(world.bill))
    by_day: dict[date, list[dict[str, Any]]] = {}
    for moment, record in sorted(world.audit, key=lambda pair: (pair[0], pair[1]["properties"]["id"])):
        record["properties"]["activityDateTime"] = ticks(moment + world.skew)
        by_day.setdefault(moment.date(), []).append(record)
    for day, records in sorted(by_day.items()):
        world.sink.lines(f"entra/audit/{day.isoformat()}.ndjson", records)
    _reviews(world)
    _settings(world)
    _snapshots(world)
    _company(world)


def _reviews(world: World) -> None:
    middle = midnight(world.days[len(world.days) // 2])
    ordered = sorted(world.reviews, key=lambda review: (review.created, review.id), reverse=True)
    early = [review for review in ordered if review.created < middle - DAY]
    for name, chosen in ((middle.date().isoformat(), early), (world.exported.date().isoformat(), ordered)):
        listed = json.dumps([review.listed() for review in chosen], indent=1)
        world.sink.write(f"hoop/reviews/{name}.json", listed + "\n")


def moments(world: World) -> list[tuple[str, datetime]]:
    """Return when the settings of the gateway's connections were taken."""
    middle = midnight(world.days[len(world.days) // 2])
    return list(zip(SETTINGS, (world.month.start - HOUR, middle, world.month.end + HOUR), strict=True))


def _settings(world: World) -> None:
    rng = Random(f"{world.seed}:connections")  # noqa: S311 - a simulation
    for connection in world.connections:
        ids = (new_id(rng), world.agent)
        for label, _ in moments(world):
            record = connection_detail(connection, ids, masking=connection.masking)
            world.sink.write(f"hoop/connections/{label}/{ids[0]}.json", json.dumps(record, indent=1) + "\n")
    for name, rules, extra in (("access-request-rules", policies.access_rules, (world.skip_groups,)),
                               ("datamasking-rules", policies.masking_rules, ())):
        world.sink.write(f"hoop/policies/{name}.json", rules(rng, world.month.start, *extra))


def _snapshots(world: World) -> None:
    created = world.month.start - 400 * DAY
    for label in ("start", "end"):
        users = []
        for person in sorted(world.people, key=lambda one: one.oid):
            enabled = label == "start" or person.oid not in world.disabled
            users.append(directory.user(person, enabled=enabled, created=created, before_rename=label == "start"))
            second = directory.second_user(person, created=created)
            users += [second] if second else []
        groups = [directory.group(record, _listed(world, record, label), created=created) for record in world.groups
                  if record.issuer is None]
        for kind, objects in (("users", users), ("groups", groups)):
            for number, page in enumerate(directory.pages(kind, objects)):
                world.sink.write(f"entra/directory/{label}/{kind}-{number:03d}.json", page)


def _listed(world: World, record: Group, label: str) -> list[tuple[str, str]]:
    """Return the members that the snapshot of a group shows."""
    relieved = label == "end" and record == world.groups[0]
    return [(one.oid, one.name) for one in world.members[record.id]
            if (record.id, one.oid, label) not in world.unlisted
            and not (relieved and one == world.cast["ex_approver"])]


def _partner(world: World) -> list[dict[str, Any]]:
    """Write the one list of a partner's groups, weeks before or after it would be needed; return its source."""
    theirs = [record for record in world.groups if record.issuer]
    if not theirs:
        return []
    created = world.month.start - 400 * DAY
    groups = [directory.group(one, _listed(world, one, "start"), created=created) for one in theirs]
    pages = directory.pages("groups", groups)
    world.sink.write("entra/directory/partner/groups-000.json", pages[0])
    seen = Random(f"{world.seed}:partner").choice((world.month.start - 9 * DAY, world.month.end + HOUR))  # noqa: S311
    return [{"id": "directory-partner", "connector": "entra_directory", "paths": ["logs/entra/directory/partner/*"],
             "issuer": world.partner, "observed_at": seconds(seen)}]


def _company(world: World) -> None:
    first, last = world.month.start - DAY, world.month.end + DAY
    covers = {"gateway": edges.windows(first, last, world.gateway_gap),
              "idp": edges.windows(first, last, world.idp_gap),
              "audit": [(world.month.start - 30 * DAY, last)], "usage": [(world.month.start, world.month.end)]}
    observed = {"exported": world.exported, "directory_start": world.month.start - 2 * HOUR,
                "directory_end": world.month.end + 2 * HOUR}
    listed = config.sources(world.tenant, covers, observed, moments(world))
    callers = [{"subject": world.key_ids[0], "caller_class": "shared_key"},
               {"subject": world.key_ids[1], "caller_class": "service_principal"}, *world.callers]
    listed += world.further.sources(world.tenant, first, last, world.exported, ("tickets",)) + _partner(world)
    world.further.write(world.sink)
    texts = {"evidence.yaml": config.evidence_yaml(ORGANISATION, world.month.zone, listed, world.groups, world.tenant,
                                                   callers, world.rules),
             "soa.yaml": config.soa_yaml(), "exceptions.yaml": config.exceptions_yaml()}
    for name, text in texts.items():
        (world.sink.root / name).write_text(text, encoding="utf-8")
    (world.sink.root / "people.csv").write_bytes(config.people_csv(world.people, world.tenant, world.shared_logins))


def _truth(world: World) -> Truth:
    world.counts["labs_connection"] = int(LABS in world.connections)
    return Truth(
        seed=world.seed, period=world.month.label, timezone=world.month.zone, period_from=micros(world.month.start),
        period_to=micros(world.month.end), reference_time=seconds(world.exported + 5 * DAY), switches=world.switches,
        people=world.person_facts(), exchanges=tuple(world.exchanges), usage=tuple(world.usage),
        files=tuple(world.files), findings=tuple(world.findings),
        coverage=tuple(sorted(world.coverage)), sessions=dict(sorted(world.sessions.items())),
        reviews=tuple(sorted(review.id for review in world.reviews)),
        planted_values={name: tuple(values) for name, values in sorted(world.planted.items())},
        hostile=tuple(world.hostile), counts=dict(sorted(world.counts.items())))
