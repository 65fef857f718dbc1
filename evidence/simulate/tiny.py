"""A company of three people and one day, for scenarios that are written out by hand.

Ada Lindgrove asks, Bela Marchetti approves, Chiara Novak has left or works unseen. Every id and every time is written
in the scenario, so that what must come out can be written beside it without computing anything.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from evidence.simulate import config, directory, gateway, policies, usage
from evidence.simulate.clock import DAY, HOUR, micros, seconds
from evidence.simulate.further import SURFACES, Further
from evidence.simulate.gateway import Connection, Decision, Owner, Review, record
from evidence.simulate.http import Ask
from evidence.simulate.people import Group, Person
from evidence.simulate.sign_ins import SignIn, envelope
from evidence.simulate.sink import Sink

TENANT = "2d3f6a10-0000-4000-8000-0000000000aa"
ORG = "2d3f6a10-0000-4000-8000-0000000000bb"
START, END = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
ADA = Person("a0000000-0000-4000-8000-000000000001", "Ada Lindgrove", "ada@lindgrove.example", "ada@lindgrove.example",
             "subject-ada", "ada-lg", 501, "1", ip="198.51.100.11")
BELA = Person("a0000000-0000-4000-8000-000000000002", "Bela Marchetti", "bela@lindgrove.example",
              "bela@lindgrove.example", "subject-bela", "bela-lg", 502, "2", ip="198.51.100.12")
CHIARA = Person("a0000000-0000-4000-8000-000000000003", "Chiara Novak", "chiara@lindgrove.example",
                "chiara@lindgrove.example", "subject-chiara", "chiara-lg", 503, "3", ip="198.51.100.13")
PEOPLE = (ADA, BELA, CHIARA)
GROUP = Group("b0000000-0000-4000-8000-000000000001", "SG-AI-Approvers", "ai-approvers")
LOW = Connection("copilot-chat", "httpproxy", "httpproxy", "chat", "low")
HIGH = Connection("prod-data", "httpproxy", "httpproxy", "chat", "high", jit=True)
CLAUDE = Connection("claude-code", "httpproxy", "claude-code", "messages", "low")
OPS = Connection("ops-runner", "custom", "", "exec", "high", command=True)


def on(clock: str) -> datetime:
    """Return a time of 6 October 2026, the one day on which things happen; ``7T09:00:00`` is the day after."""
    day, _, time = clock.rpartition("T")
    hour, minute, second = (int(part) for part in time.split(":"))
    return datetime(2026, 10, int(day or 6), hour, minute, second, tzinfo=UTC)


def question(prompt: str = "Explain this function.", answer: str = "It adds two numbers.", **more: Any) -> Ask:
    """Return an exchange of the chat wire unless another is asked for."""
    return Ask(**{"wire": "chat", "model": "gpt-4o", **more, "prompt": prompt, "answer": answer})


class Tiny:
    """Writes the folder of the tiny company as the scenario dictates."""

    def __init__(self, root: Path) -> None:
        """Begin an empty folder; nothing random is left to chance but the noise of headers."""
        self.root, self.sink = root, Sink(root, per_day=False, keep_texts=True, keep_facts=True)
        self.rng = Random(1)  # noqa: S311 - a simulation
        self.connections: list[Connection] = [LOW, HIGH, CLAUDE, OPS]
        self.signs: list[dict[str, Any]] = []
        self.audit: list[dict[str, Any]] = []
        self.reviews: list[Review] = []
        self.disabled: set[str] = set()
        self.rows: list[usage.UserDay] = []
        self.shared: list[dict[str, str]] = []
        self.further = Further()

    def signed_in(self, person: Person, clock: str, ident: str, *, mfa: str = "yes", interactive: bool = True,
                  session: str | None = None) -> None:
        """Record a successful sign-in."""
        event = SignIn(ident, person.oid, on(clock), session or f"sid-{person.login}", interactive=interactive, mfa=mfa)
        self.signs.append(envelope(event, person, TENANT, self.rng, skew=0 * DAY))

    def tunnel(self, ident: str, person: Person | Owner, connection: Connection, asks: Sequence[tuple[str, Ask]], *,
               parent: str | None = None, **counters: Any) -> None:
        """Record a tunnel whose exchanges were sent at the given times."""
        owner = person if isinstance(person, Owner) else Owner(person.mail, person.subject, person.name)
        moments = [(on(clock), one) for clock, one in asks]
        base = moments[0][0]
        body = gateway.session(self.rng, owner, connection, base, org=ORG)
        body["id"], body["exit_code"] = ident, 0
        if parent:
            body["metadata"] = {"credential_session": parent}
        tape = record(moments, base, self.rng)
        body["event_stream"], body["event_size"] = tape.events, tape.size
        body["end_date"] = micros(moments[-1][0] + HOUR / 60)
        body["metrics"] = gateway.metrics(tape.size, counters.pop("masked", {}), **counters)
        self.sink.session(body, None)

    def credentials(self, ident: str, person: Person, connection: Connection, clock: str, review: Review) -> None:
        """Record the issuance of credentials under a review."""
        owner = Owner(person.mail, person.subject, person.name)
        body = gateway.session(self.rng, owner, connection, on(clock), org=ORG)
        body["id"], review.session = ident, ident
        if review.expires:
            gateway.credentials(body, review.expires, exported=END + DAY)
        body["review"] = review.embedded()
        self.reviews.append(review)
        self.sink.session(body, review)

    def review(self, ident: str, asked: str, decided: str, by: Person, status: str = "APPROVED") -> Review:
        """Return a review of one hour that one group decided."""
        said = "APPROVED" if status == "EXECUTED" else status
        decision = Decision("ai-approvers", said, by.mail, by.subject, by.name, on(decided))
        kind = "onetime" if status in {"EXECUTED", "REJECTED"} else "jit"
        expires = on(decided) + (HOUR if kind == "jit" else 0 * HOUR) if said != "REJECTED" else None
        return Review(ident, "", kind, on(asked), status, [decision], HOUR if kind == "jit" else 0 * HOUR, expires)

    def command(self, ident: str, person: Person, script: str, output: str, ran: str, review: Review) -> None:
        """Record a command that ran."""
        owner = Owner(person.mail, person.subject, person.name)
        body = gateway.session(self.rng, owner, OPS, review.created, org=ORG)
        tape = gateway.Recording(base=on(ran))
        tape.add(on(ran), "o", output.encode())
        body.update(id=ident, verb="exec", script={"data": script}, script_size=len(script), exit_code=0,
                    event_stream=tape.events, event_size=tape.size, end_date=micros(on(ran)),
                    metrics=gateway.metrics(tape.size, {}), review=review.embedded())
        review.session = ident
        self.reviews.append(review)
        self.sink.session(body, review)

    def disable(self, person: Person, clock: str) -> None:
        """Disable an account and void its tokens."""
        self.disabled.add(person.oid)
        self.audit += [directory.disable(self.rng, TENANT, on(clock), person),
                       directory.revoke_tokens(self.rng, TENANT, on(clock), person)]

    def close(self) -> None:
        """Write what every tiny company has: directory, settings, usage, configuration."""
        appointed = directory.membership(self.rng, TENANT, START - 9 * DAY, GROUP, (BELA.oid, BELA.upn), add=True)
        self.sink.lines("entra/audit/all.ndjson", [appointed, *self.audit])
        self.sink.lines("entra/signins/all.ndjson", self.signs)
        self.sink.close_day("2026-10-06")
        self.sink.write("hoop/reviews/all.json", json.dumps([one.listed() for one in self.reviews]) + "\n")
        day = on("12:00:00").date()
        self.sink.write("github/users-1-day/2026-10-06.json", usage.report(self.rows, day, "array"))
        bill = [line for row in self.rows for line in usage.bill_rows(row, day)]
        self.sink.write("github/billing/usage.csv", usage.bill(bill))
        self.sink.write("hoop/policies/datamasking-rules.json", policies.masking_rules(self.rng, START))
        hired = START - 99 * DAY
        for label in ("start", "end"):
            gone = self.disabled if label == "end" else set()
            users = [directory.user(one, enabled=one.oid not in gone, created=hired) for one in PEOPLE]
            self.sink.write(f"entra/directory/{label}/users.json", directory.pages("users", users)[0])
            group = directory.group(GROUP, [(BELA.oid, BELA.name)], created=hired)
            self.sink.write(f"entra/directory/{label}/groups.json", directory.pages("groups", [group])[0])
            for number, one in enumerate(self.connections):
                ids = (f"c0000000-0000-4000-8000-{number:012d}", ORG)
                detail = gateway.connection_detail(one, ids, masking=one.masking)
                self.sink.write(f"hoop/connections/{label}/{one.name}.json", json.dumps(detail) + "\n")
        whole = [(START - DAY, END + DAY)]
        covers = {"gateway": whole, "idp": whole, "audit": [(START - 30 * DAY, END + DAY)], "usage": [(START, END)]}
        observed = {"exported": END + DAY, "directory_start": START - HOUR, "directory_end": END + HOUR}
        listed = config.sources(TENANT, covers, observed, [("start", START - HOUR), ("end", END + HOUR)])
        listed += self.further.sources(TENANT, START - DAY, END + DAY, END + DAY)
        self.further.write(self.sink)
        text = config.evidence_yaml("Lindgrove Instruments", "UTC", listed, [GROUP], TENANT, self.shared,
                                    config.Rules(surfaces=SURFACES if self.further.vendor else ()))
        for name, content in (("evidence.yaml", text), ("soa.yaml", config.soa_yaml()),
                              ("exceptions.yaml", config.exceptions_yaml())):
            (self.root / name).write_text(content, encoding="utf-8")
        (self.root / "people.csv").write_bytes(config.people_csv(PEOPLE, TENANT))


REFERENCE_TIME = seconds(END + 6 * DAY)
