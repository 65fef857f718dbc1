"""What is true of the simulated month, as the scenario knows it; nothing here was computed by reading the logs back.

The words are those of the result relations: approval verdicts, masking verdicts, tiers, reconciliation verdicts. Where
the log alone cannot decide between two words (a recording whose base is not written down, say), ``*_accept`` lists
every word that an honest reader may come to; the first is what really happened. ``None`` or an empty tuple means: not
asserted.

How the scenario uses words that leave room:

* ``expired``: the request came after the end of the approved window; ``outside_window``: at a time of day outside the
  rule's hours; ``late``: forwarded first, approved afterwards; ``missing``: no approval, or one whose quorum never was
  complete though the request went out.
* an approver who was not in his group leaves the approval verdict ``valid`` and shows in ``approver_membership``.
* a request that was refused or still waits is ``denied`` or ``no_response`` with its review's own verdict.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class ExchangeFact:
    """One request that passed, or tried to pass, the gateway: the chain that must come out."""

    session: str
    seq: int
    time: str
    connection: str
    kind: str
    route: str | None
    model: str | None
    person: str | None
    subject_email: str
    caller_class: str
    identity: str
    account: str
    after_revocation: bool
    tier_accept: tuple[str, ...]
    mfa: str | None
    risk: str
    approval_accept: tuple[str, ...]
    approval_flags: tuple[str, ...]
    approval_id: str | None
    approver: str | None
    approver_membership: str | None
    outcome_accept: tuple[str, ...]
    pairing: str
    truncated: bool | None
    masking_accept: tuple[str, ...]
    in_period: str
    prompt: str | None = None
    response: str | None = None
    source: str = "gateway"

    @property
    def approval(self) -> str:
        """The approval verdict that really holds."""
        return self.approval_accept[0]

    @property
    def outcome(self) -> str:
        """What became of the request."""
        return self.outcome_accept[0]

    @property
    def tier(self) -> str:
        """The sign-in tier that really holds."""
        return self.tier_accept[0]

    @property
    def masking(self) -> str | None:
        """The masking verdict of the response, or None where none is asserted."""
        return self.masking_accept[0] if self.masking_accept else None


@dataclass(frozen=True, slots=True)
class UsageFact:
    """One row of the vendor's account of use: source, UTC day, login, surface (and model), and what became of it.

    ``native`` is the vendor's id of the request where ``grain`` is ``request``, else empty.
    """

    source: str
    day: str
    login: str
    surface: str
    model: str | None
    person: str | None
    scope_rule: str
    verdict_accept: tuple[str, ...]
    grade: str | None = None
    boundary: bool = False
    grain: str = "user_day"
    native: str = ""

    @property
    def verdict(self) -> str:
        """The reconciliation verdict that really holds."""
        return self.verdict_accept[0]


@dataclass(frozen=True, slots=True)
class FileFact:
    """A file that is not as it should be: what a reader must say about it.

    ``rejects`` is None where a reader may count what broke off as a reject or not. ``lines`` are the line numbers
    (from 1) that are no record; ``adds`` is the number of new canonical records that it
    may contribute, 0 when everything readable in it stands elsewhere too.
    """

    kind: str
    path: str
    source: str
    state_accept: tuple[str, ...]
    rejects: int | None = 0
    lines: tuple[int, ...] = ()
    duplicates: int = 0
    adds: int = 0

    @property
    def state(self) -> str:
        """The state that a reader should give the file."""
        return self.state_accept[0]


@dataclass(frozen=True, slots=True)
class Finding:
    """One misbehaviour that was planted: its switch, the native ids it left, the person, what must be said of it."""

    kind: str
    ids: tuple[str, ...]
    person: str | None
    expected: Mapping[str, str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class PersonFact:
    """A person as the directory knows him: object ids, every name he goes by."""

    oid: str
    name: str
    emails: tuple[str, ...]
    login: str | None
    other_oids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything that is true of one simulated company month."""

    seed: int
    period: str
    timezone: str
    period_from: str
    period_to: str
    reference_time: str
    switches: tuple[str, ...]
    people: tuple[PersonFact, ...]
    exchanges: tuple[ExchangeFact, ...]
    usage: tuple[UsageFact, ...]
    files: tuple[FileFact, ...]
    findings: tuple[Finding, ...]
    coverage: tuple[tuple[str, str], ...] = ()
    sessions: Mapping[str, str] = field(default_factory=dict)
    reviews: tuple[str, ...] = ()
    planted_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hostile: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    def of_kind(self, kind: str) -> tuple[Finding, ...]:
        """Return the findings of one switch."""
        return tuple(finding for finding in self.findings if finding.kind == kind)

    def exchange(self, session: str, seq: int = 0) -> ExchangeFact:
        """Return the fact of one exchange.

        Raises:
            KeyError: the scenario has no such exchange.
        """
        for fact in self.exchanges:
            if fact.session == session and fact.seq == seq:
                return fact
        raise KeyError(f"{session}/{seq}")

    def to_json(self) -> dict[str, Any]:
        """Return plain lists and dictionaries, ready for JSON."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain

    def save(self, path: Path) -> None:
        """Write the truth as JSON; never into ``logs/``, where it would be taken for evidence."""
        text = json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=True)
        path.write_text(text + "\n", encoding="utf-8")
