"""Day after day: misbehaviour first, ordinary traffic around it, then the sign-ins and the usage that it implies."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from evidence.simulate import traffic, usage
from evidence.simulate.clock import HOUR, MINUTE, between, midnight, new_id
from evidence.simulate.people import Person
from evidence.simulate.register import Move
from evidence.simulate.sign_ins import SignIn, day_of, envelope, service_principal
from evidence.simulate.truth import UsageFact
from evidence.simulate.usage import UserDay
from evidence.simulate.world import Today, World

CONTAINERS = ("wrapper", "array", "lines")


class Diary:
    """Writes the days of one world."""

    def __init__(self, world: World, plan: dict[date, list[Move]]) -> None:
        """Take the plan: which moves on which day."""
        self.world, self.plan = world, plan
        self.people: dict[str, Person] = {person.oid: person for person in world.people}

    def write(self, day: date, wanted: int) -> None:
        """Write one day of every source."""
        world = self.world
        today = Today(day, Random(f"{world.seed}:{day.isoformat()}"))  # noqa: S311 - a simulation
        today.reserved.update(oid for oid, when in world.usage_plan if when == day)
        today.reserved.update(oid for oid, gone in world.disabled.items() if gone.date() <= day)
        if day not in world.gateway_gap:
            for move in self.plan.get(day, []):
                move(world, today)
            traffic.fill(world, today, wanted)
        self.close(today, day.isoformat())
        self._usage(today)

    def close(self, today: Today, label: str) -> None:
        """Write the sign-ins that the day's activity implies, settle its facts and its files."""
        world = self.world
        self._sign_ins(today, label)
        for complete in today.after_sign_ins:
            complete()
        facts = [world.settle(draft) for draft in today.drafts]
        world.counts["exchanges"] += len(facts)
        if world.sink.keep_facts:
            world.exchanges.extend(facts)
        world.sink.close_day(label)

    def _sign_ins(self, today: Today, label: str) -> None:
        world, rng, day = self.world, today.rng, today.day
        written: dict[str, list[tuple[datetime, dict[str, Any]]]] = defaultdict(list)
        for oid in sorted(today.activity):
            if (oid, day) in world.silent or day in world.idp_gap:
                continue
            person = self.people[oid]
            mfa = world.mfa.get((oid, day), person.mfa)
            busy = today.activity[oid]
            events = day_of(rng, person, busy, mfa=mfa, refresh=(oid, day) not in world.lazy)
            if (oid, day) in world.extra_sign_ins:
                events += day_of(rng, person, busy, mfa=mfa)
            events += self._noise(rng, person, events[0], mfa)
            world.signs[oid].extend(events)
            for event in events:
                shown = world.caller(person, event.when)
                record = envelope(event, person, world.tenant, rng, skew=world.skew)
                if person.renamed_from and shown.owner.user == person.renamed_from:
                    record["properties"]["userPrincipalName"] = person.renamed_from
                written[record["category"]].append((event.when, record))
        if day not in world.idp_gap:
            for hour in range(1, 23, 7):
                when = midnight(day) + hour * HOUR + between(rng, MINUTE, HOUR)
                record = service_principal(rng, world.tenant, when + world.skew)
                written["ServicePrincipalSignInLogs"].append((when, record))
        for category, rows in sorted(written.items()):
            ordered = [record for _, record in sorted(rows, key=lambda row: (row[0], row[1]["properties"]["id"]))]
            world.counts["sign_ins"] += len(ordered)
            world.sink.lines(f"entra/signins/{label}.{category}.ndjson", ordered)

    def _noise(self, rng: Random, person: Person, first: SignIn, mfa: str) -> list[SignIn]:
        """Wrong passwords and interrupts before the sign-in that succeeded: neither proves anything."""
        noise = []
        for error, share in ((50126, 0.06), (50140, 0.08), (50074, 0.05)):
            if rng.random() < share:
                when = first.when - between(rng, MINUTE / 6, 2 * MINUTE)
                noise.append(SignIn(new_id(rng), person.oid, when, new_id(rng), interactive=True, mfa=mfa, error=error))
        return noise

    def _usage(self, today: Today) -> None:
        world, rng, day = self.world, today.rng, today.day
        gated: dict[str, int] = defaultdict(int)
        for draft in today.drafts:
            if draft.caller.person and draft.outcome == ("forwarded",) and draft.ask.wire != "exec":
                gated[draft.caller.person.oid] += 1
        present = {d.caller.person.oid for d in today.drafts if d.caller.person and d.outcome != ("denied",)}
        rows = []
        for person in sorted(self.people.values(), key=lambda one: one.oid):
            if not person.login:
                continue
            planned = world.usage_plan.get((person.oid, day))
            if planned == "none":
                continue
            chats = gated.get(person.oid, 0)
            if planned == "bypass":
                chats = rng.randrange(4, 12)
            elif day in world.gateway_gap and rng.random() < 0.25:
                chats = rng.randrange(1, 5)
            idle = not chats and (person.oid in present or planned == "silent")
            completions = 0 if idle or planned == "zero" else rng.randrange(0, 40) if chats or rng.random() < 0.3 else 0
            completions = max(1, completions) if planned == "native" else completions
            row = UserDay(person.login, person.login_id, 0 if planned == "zero" else chats, completions,
                          rng.randrange(1, 9) if completions > 34 else 0)
            if row.chats or row.completions or planned == "zero":
                rows.append(row)
                self._facts(person, row, day, planned, present=chats > 0 and planned != "bypass")
        if rows:
            container = CONTAINERS[day.toordinal() % 3]
            suffix = "ndjson" if container == "lines" else "json"
            world.sink.write(f"github/users-1-day/{day.isoformat()}.{suffix}", usage.report(rows, day, container))
        self.world.bill += [line for row in rows for line in usage.bill_rows(row, day)]

    def edge_usage(self, person: Person, day: date, chats: int) -> None:
        """Report the use of a UTC day that lies across the month's edge, when no ordinary day has reported it."""
        if person.login and day not in self.world.days:
            row = UserDay(person.login, person.login_id, chats, 0)
            self.world.sink.write(f"github/users-1-day/{day.isoformat()}.json", usage.report([row], day, "array"))
            self.world.bill += usage.bill_rows(row, day)
            self._facts(person, row, day, None, present=True)

    def _facts(self, person: Person, row: UserDay, day: date, planned: str | None, *, present: bool) -> None:
        world = self.world
        edge = midnight(day) < world.month.start or midnight(day) + timedelta(days=1) > world.month.end

        def fact(source: str, surface: str, model: str | None, verdict: tuple[str, ...],
                 grade: str | None = None) -> None:
            rule = "must_be_gated" if surface in usage.GATED else "native_allowed"
            world.usage.append(UsageFact(source, day.isoformat(), row.login, surface, model, person.oid, rule, verdict,
                                         grade, edge))

        verdict: tuple[str, ...] = ("PRESENT_BOTH",) if present else ("UNGATED_USER_DAY",)
        if day in world.gateway_gap:
            verdict = ("NOT_ASSESSABLE",)
        if edge:
            verdict = (*verdict, "NOT_ASSESSABLE")
        ungated = verdict == ("UNGATED_USER_DAY",)
        if planned == "zero":
            fact("github-usage", usage.ANY, None, ("USAGE_SOURCE_GAP",))
            return
        for name in usage.surfaces(row):
            native = name not in usage.GATED
            fact("github-usage", name, None, ("OUT_OF_SCOPE",) if native else verdict,
                 "C" if ungated and not native else None)
        if row.chats:
            fact("github-billing", usage.GATED_SKU, "Claude Sonnet 4.5", verdict, "B" if ungated else None)
        if row.agent_credits:
            fact("github-billing", usage.AGENT_SKU, "Code Review model", ("OUT_OF_SCOPE",))
