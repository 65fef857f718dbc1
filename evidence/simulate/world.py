"""The state of the simulated company: its people, its connections, and what has happened so far this month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from evidence.simulate import people as folk
from evidence.simulate.clock import DAY, HOUR, SECOND, Month, micros, midnight, new_id
from evidence.simulate.config import Rules
from evidence.simulate.further import Further
from evidence.simulate.gateway import Connection, Owner, Review
from evidence.simulate.http import ROUTES, Ask
from evidence.simulate.people import Group, Person
from evidence.simulate.sign_ins import SignIn, tier
from evidence.simulate.sink import Sink
from evidence.simulate.truth import ExchangeFact, FileFact, Finding, PersonFact, UsageFact

CHAT = Connection("copilot-chat", "httpproxy", "httpproxy", "chat", "low")
AGENT = Connection("copilot-agent", "httpproxy", "httpproxy", "responses", "low")
CLAUDE = Connection("claude-code", "httpproxy", "claude-code", "messages", "low")
DATA = Connection("prod-data", "httpproxy", "httpproxy", "chat", "high", jit=True,
                  tags=(("data-class", "confidential"), ("environment", "prod")))
OPS = Connection("ops-runner", "custom", "", "exec", "high", command=True)
CI = Connection("ci-summaries", "httpproxy", "claude-code", "messages", "low", tags=(("environment", "ci"),))
LABS = Connection("labs-chat", "httpproxy", "httpproxy", "chat", "low", masking=False, tags=(("environment", "labs"),))
CONNECTIONS = (CHAT, AGENT, CLAUDE, DATA, OPS, CI)
APPROVERS, SECURITY = "ai-approvers", "data-security"
SIGNING = ("human_token", "human_via_agent")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request seems to come from, and what can be said of him."""

    owner: Owner
    person: Person | None
    caller_class: str = "human_token"
    identity: str = "resolved"


@dataclass(frozen=True, slots=True)
class Expect:
    """What must be said of the approval of a tunnel's requests."""

    approval: tuple[str, ...] = ("not_required",)
    flags: tuple[str, ...] = ()
    review: str | None = None
    approver: str | None = None
    membership: str | None = None


@dataclass(slots=True)
class Draft:
    """A request whose sign-in is not known yet, because the person's day is not over."""

    session: str
    seq: int
    moment: datetime
    ask: Ask
    connection: Connection
    caller: Caller
    expect: Expect
    outcome: tuple[str, ...] = ("forwarded",)
    pairing: str = "exact"
    kind: str = "exchange"
    masking: tuple[str, ...] = ("no_sensitive",)
    truncated: bool | None = False
    source: str = "gateway"
    tiers: tuple[str, ...] = ()


@dataclass(slots=True)
class Today:
    """One working day while it is being written."""

    day: date
    rng: Random
    drafts: list[Draft] = field(default_factory=list)
    activity: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    reserved: set[str] = field(default_factory=set)
    after_sign_ins: list[Callable[[], None]] = field(default_factory=list)

    def clock(self, hour: int, minute: int = 0) -> datetime:
        """Return a time of this day, give or take some seconds."""
        return midnight(self.day) + timedelta(hours=hour, minutes=minute, microseconds=self.rng.randrange(30_000_000))


class World:
    """Everything that the writers of one month share."""

    def __init__(self, month: Month, seed: int, count: int, switches: Sequence[str], sink: Sink, *,
                 own_risk: bool = True) -> None:
        """Hire the people and give the special parts of the play to some of them."""
        rng = Random(f"{seed}:people")  # noqa: S311 - a simulation, not a secret
        self.month, self.seed, self.switches, self.sink = month, seed, tuple(switches), sink
        self.tenant, self.org = new_id(rng), new_id(rng)
        self.days = month.workdays()
        self.exported = month.end + DAY
        staff = folk.build(rng, count)
        self.cast = self._cast(rng, staff)
        parts = {person.oid for person in self.cast.values()}
        self.people = [*self.cast.values(), *(person for person in staff if person.oid not in parts)]
        plain = [person for person in staff if person.oid not in parts]
        self.approvers, self.base = plain[:4], [*plain[4:], self.cast["guest"], self.cast["renamed"]]
        self.groups: tuple[Group, ...] = (
            Group(new_id(rng), "SG-AI-Approvers", APPROVERS), Group(new_id(rng), "SG-Data-Security", SECURITY),
            Group(new_id(rng), "SG-Platform-Team", None))
        self.members = {self.groups[0].id: [*self.approvers, self.cast["ex_approver"], self.cast["double"]],
                        self.groups[1].id: [self.approvers[3]], self.groups[2].id: plain[:12]}
        self.connections: list[Connection] = list(CONNECTIONS)
        self.key_ids = (new_id(rng), new_id(rng))
        self.agent = new_id(rng)
        self.audit: list[tuple[datetime, dict[str, Any]]] = []
        self.signs: dict[str, list[SignIn]] = defaultdict(list)
        self.mfa: dict[tuple[str, date], str] = {}
        self.silent: set[tuple[str, date]] = set()
        self.extra_sign_ins: set[tuple[str, date]] = set()
        self.lazy: set[tuple[str, date]] = set()
        self.disabled: dict[str, datetime] = {}
        self.usage_plan: dict[tuple[str, date], str] = {}
        self.gateway_gap: set[date] = set()
        self.idp_gap: set[date] = set()
        self.skew = timedelta(0)
        self._beside(own_risk)
        self.low: dict[tuple[str, str], tuple[str, datetime]] = {}
        self.reviews: list[Review] = []
        self.sessions: dict[str, str] = {}
        self.exchanges: list[ExchangeFact] = []
        self.usage: list[UsageFact] = []
        self.files: list[FileFact] = []
        self.findings: list[Finding] = []
        self.planted: dict[str, list[str]] = defaultdict(list)
        self.hostile: list[str] = []
        self.counts: dict[str, int] = defaultdict(int)

    def _beside(self, own_risk: bool) -> None:
        """Begin what only some companies have: further sources, rules, groups and names."""
        self.further = Further()
        self.partner = f"partner-{self.tenant}"
        self.rules = Rules(own_risk=own_risk)
        self.bill: list[list[str]] = []
        self.callers: list[dict[str, str]] = []
        self.shared_logins: list[tuple[str, Person]] = []
        self.skip_groups: tuple[str, ...] = ()
        self.unlisted: set[tuple[str, str, str]] = set()
        self.coverage: set[tuple[str, str]] = {("gateway", "covered")}

    def _cast(self, rng: Random, staff: Sequence[Person]) -> dict[str, Person]:
        twin_mail = f"parts.desk@{folk.DOMAIN}"
        return {
            "leaver": staff[0], "bypasser": replace(staff[1], login=staff[1].login or "bypasser1"),
            "no_mfa": staff[2], "double": folk.with_second_account(rng, staff[3]), "ex_approver": staff[4],
            "twin_a": replace(staff[5], mail=twin_mail, login=None),
            "twin_b": replace(staff[6], mail=twin_mail, login=None), "renamed": folk.renamed(staff[7]),
            "guest": folk.guest(staff[8]), "quiet": replace(staff[9], login=staff[9].login or "quiet1"),
        }

    def rename_at(self) -> datetime:
        """Return the instant at which the renamed person gets his new name: early on a working day."""
        return midnight(self.days[len(self.days) // 2]) + 5 * HOUR

    def add_rules(self, **more: Sequence[Mapping[str, str]]) -> None:
        """Add rules to those of evidence.yaml, each once."""
        for name, rules in more.items():
            have = getattr(self.rules, name)
            changes: dict[str, Any] = {name: (*have, *(rule for rule in rules if rule not in have))}
            self.rules = replace(self.rules, **changes)

    def caller(self, person: Person, moment: datetime) -> Caller:
        """Return the person as the gateway sees him at that moment."""
        mail = person.mail
        if person.renamed_from and moment < self.rename_at():
            mail = person.renamed_from
        return Caller(Owner(mail, person.subject, person.name), person)

    def pick(self, today: Today) -> Person:
        """Return an ordinary person who has no other part to play today."""
        free = [person for person in self.base if person.oid not in today.reserved and person.kind == "member"
                and person.login and not person.renamed_from]
        chosen = today.rng.choice(free)
        today.reserved.add(chosen.oid)
        return chosen

    def find(self, kind: str, ids: Iterable[str], person: Person | None, note: str = "", **expected: str) -> None:
        """Write down that a misbehaviour was planted."""
        self.findings.append(Finding(kind, tuple(ids), person.oid if person else None, dict(sorted(expected.items())),
                                     note))

    def keep(self, record: dict[str, Any], kind: str, review: Review | None = None) -> None:
        """Hand a session to the writer."""
        if review:
            record["review"] = review.embedded()
            self.reviews.append(review)
        self.sessions[record["id"]] = kind
        self.counts[f"session_{kind}"] += 1
        self.sink.session(record, review)

    def settle(self, draft: Draft) -> ExchangeFact:
        """Return the fact of a request, now that the day's sign-ins are known."""
        person, moment = draft.caller.person, draft.moment
        tiers: tuple[str, ...] = ("T0",)
        mfa = None
        account = "unknown"
        gone = self.disabled.get(person.oid) if person else None
        if person and draft.caller.caller_class in SIGNING:
            tiers, mfa = tier(self.signs[person.oid], moment)
            tiers = draft.tiers or tiers
        if person:
            account = "disabled" if gone and moment >= gone else "enabled"
        elif draft.caller.identity == "ambiguous":
            tiers = ("T0", "T-A", "T4", "T5")
        inside = self.month.start <= moment < self.month.end
        risk, expect = self._judged(draft)
        ask = draft.ask
        return ExchangeFact(
            session=draft.session, seq=draft.seq, time=micros(moment), connection=draft.connection.name,
            kind=draft.kind,
            route=None if ask.wire == "exec" else ROUTES[ask.wire], model=None if ask.wire == "exec" else ask.model,
            person=person.oid if person else None, subject_email=draft.caller.owner.user,
            caller_class=draft.caller.caller_class, identity=draft.caller.identity, account=account,
            after_revocation=account == "disabled", tier_accept=tiers, mfa=mfa, risk=risk,
            approval_accept=expect.approval, approval_flags=expect.flags, approval_id=expect.review,
            approver=expect.approver, outcome_accept=draft.outcome,
            approver_membership=expect.membership or ("not_applicable" if expect.review is None else None),
            pairing=draft.pairing, truncated=draft.truncated, masking_accept=draft.masking,
            in_period="boundary" if self.at_edge(moment) else "inside" if inside else "outside", source=draft.source,
            prompt=ask.prompt if self.sink.keep_texts else None,
            response=None if ask.unanswered or ask.blocked or not self.sink.keep_texts else ask.answer)

    def at_edge(self, moment: datetime) -> bool:
        """Tell whether the second by which a recording may be wrong reaches over an edge of the month."""
        return any(abs(moment - edge) < SECOND for edge in (self.month.start, self.month.end))

    def _judged(self, draft: Draft) -> tuple[str, Expect]:
        """Return the risk by the company's rules, and what follows for the approval.

        Without rules of its own the gateway's word alone is left: it has one for commands (medium), for others none,
        and of what is not known to be risky it is not known either whether it had to be approved.
        """
        expect = draft.expect
        if self.rules.own_risk:
            return draft.connection.risk, expect
        if draft.ask.wire == "exec":
            return "medium", replace(expect, approval=("not_required",))
        verdict = expect.approval if expect.approval[0] == "valid" else ("undetermined",)
        return "unknown", replace(expect, approval=verdict)

    def person_facts(self) -> tuple[PersonFact, ...]:
        """Return every person with every name."""
        return tuple(PersonFact(p.oid, p.name, p.emails, p.login, (p.second[0],) if p.second else ())
                     for p in sorted(self.people, key=lambda p: p.oid))


