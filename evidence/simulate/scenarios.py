"""Scenarios written out by hand, each with what must be said of it written beside it.

Keys of ``expected`` are native ids of exchanges (session ``#`` position); their values are columns of the relation
``chain`` with the value that must stand there. ``usage`` names rows of the vendor's account by source and surface, with
columns of ``reconciliation``. Nothing of it is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evidence.simulate.clock import HOUR
from evidence.simulate.gateway import Decision, Owner, Review
from evidence.simulate.tiny import ADA, BELA, CHIARA, CLAUDE, HIGH, LOW, OPS, Tiny, on, question
from evidence.simulate.usage import UserDay

Facts = Mapping[str, object]
A, B = "d0000000-0000-4000-8000-00000000000a", "d0000000-0000-4000-8000-00000000000b"
REVIEW = "f0000000-0000-4000-8000-000000000001"
LEAKED = "orla.cranmere4471@ravenholt-optics.com"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One hand-written company and its truth."""

    name: str
    sentence: str
    build: Callable[[Tiny], None]
    expected: Mapping[str, Facts]
    usage: Mapping[tuple[str, str], Facts] = field(default_factory=dict)

    def write(self, root: Path) -> None:
        """Write the company folder."""
        tiny = Tiny(root)
        self.build(tiny)
        tiny.close()


def _ordinary(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    tiny.tunnel(B, ADA, LOW, [("09:00:00", question())])
    tiny.rows.append(UserDay("ada-lg", 501, 1, 4))


def _approved(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    tiny.credentials(A, ADA, HIGH, "08:50:00", tiny.review(REVIEW, "08:50:00", "08:55:00", BELA))
    tiny.tunnel(B, ADA, HIGH, [("09:00:00", question())], parent=A)


def _late(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    tiny.credentials(A, ADA, HIGH, "08:50:00", tiny.review(REVIEW, "08:50:00", "09:30:00", BELA))
    tiny.tunnel(B, ADA, HIGH, [("09:00:00", question()), ("09:40:00", question())], parent=A)


def _missing(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    tiny.tunnel(B, ADA, HIGH, [("09:00:00", question())])


def _waiting(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    waits = Review(REVIEW, "", "jit", on("08:30:00"), "PENDING", [Decision("ai-approvers")], HOUR)
    tiny.credentials(A, ADA, HIGH, "08:30:00", waits)
    tiny.tunnel(B, ADA, HIGH, [("09:00:00", question())])


def _self(tiny: Tiny) -> None:
    tiny.signed_in(BELA, "08:40:00", "sign-in-1")
    tiny.credentials(A, BELA, HIGH, "08:50:00", tiny.review(REVIEW, "08:50:00", "08:55:00", BELA))
    tiny.tunnel(B, BELA, HIGH, [("09:00:00", question())], parent=A)


def _expired(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    tiny.signed_in(ADA, "09:35:00", "sign-in-2", interactive=False)
    tiny.credentials(A, ADA, HIGH, "08:50:00", tiny.review(REVIEW, "08:50:00", "08:55:00", BELA))
    tiny.tunnel(B, ADA, HIGH, [("09:00:00", question()), ("10:30:00", question())], parent=A)


def _revoked(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    review = tiny.review(REVIEW, "08:50:00", "08:55:00", BELA)
    review.status = "REVOKED"
    review.decisions.append(Decision("data-security", "REVOKED", CHIARA.mail, CHIARA.subject, CHIARA.name,
                                     on("09:10:00")))
    tiny.credentials(A, ADA, HIGH, "08:50:00", review)
    tiny.tunnel(B, ADA, HIGH, [("09:00:00", question()), ("09:30:00", question())], parent=A)


def _rejected(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    tiny.command(B, ADA, "drain-node --name press-04", "node drained\n", "09:00:00",
                 tiny.review(REVIEW, "08:50:00", "08:55:00", BELA, "REJECTED"))


def _wires(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    asks = [("09:00:00", question(wire="messages", model="claude-sonnet-4-5", stream=True)),
            ("09:05:00", question(wire="messages", model="claude-sonnet-4-5", gzip=True)),
            ("09:10:00", question(wire="messages", model="claude-haiku-4-5"))]
    tiny.tunnel(B, ADA, CLAUDE, asks)


def _masked(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    tiny.tunnel(B, ADA, LOW, [("09:00:00", question(answer="Write to <EMAIL_ADDRESS>.", stream=True))],
                masked={"EMAIL_ADDRESS": 1})


def _leak(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    tiny.tunnel(B, ADA, LOW, [("09:00:00", question(answer=f"Write to {LEAKED} today.", stream=True))])


def _claimed(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    tiny.tunnel(B, ADA, LOW, [("09:00:00", question(answer=f"Write to {LEAKED} today."))], masked={"EMAIL_ADDRESS": 1})


def _leaver(tiny: Tiny) -> None:
    tiny.signed_in(CHIARA, "08:40:00", "sign-in-1")
    tiny.disable(CHIARA, "10:00:00")
    tiny.tunnel(B, CHIARA, LOW, [("09:00:00", question()), ("13:00:00", question())])


def _stranger(tiny: Tiny) -> None:
    tiny.tunnel(B, Owner("nobody@elsewhere.example", "subject-x", "Nobody"), LOW, [("09:00:00", question())])


def _single_factor(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1", mfa="no")
    tiny.tunnel(B, ADA, LOW, [("09:00:00", question())])


def _two_devices(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:30:00", "sign-in-1", session="sid-laptop")
    tiny.signed_in(ADA, "08:40:00", "sign-in-2", session="sid-tablet")
    tiny.tunnel(B, ADA, LOW, [("09:00:00", question())])


def _around(tiny: Tiny) -> None:
    tiny.rows.append(UserDay("chiara-lg", 503, 5, 0))


def _blocked(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    tiny.tunnel(B, ADA, LOW, [("09:00:00", question()), ("09:05:00", question(blocked=True)), ("09:09:00", question())])


_GOOD: Facts = {"identity_state": "resolved", "sign_in_tier": "T4", "mfa_state": "yes", "account_state": "enabled",
                "outcome": "forwarded", "pairing": "exact", "after_revocation": False}
_NONE: Facts = {"approval_verdict": "not_required", "risk_level": "low"}
_VALID: Facts = {"approval_verdict": "valid", "risk_level": "high", "approver_membership": "member",
                 "approver_is_requester": False, "approval_native_id": REVIEW}

SCENARIOS = (
    Scenario("ordinary", "A request of low risk by a person signed in twenty minutes before.", _ordinary,
             {f"{B}#0": {**_GOOD, **_NONE, "masking_verdict": "no_sensitive"}},
             {("github-usage", "chat_panel_agent_mode"): {"verdict": "PRESENT_BOTH", "gateway_exchanges": 1},
              ("github-usage", "code_completion"): {"verdict": "OUT_OF_SCOPE"},
              ("github-billing", "copilot_ai_credit"): {"verdict": "PRESENT_BOTH", "gateway_exchanges": 1}}),
    Scenario("approved_before", "Asked for at 08:50, approved by another at 08:55, used at 09:00.", _approved,
             {f"{B}#0": {**_GOOD, **_VALID}}),
    Scenario("approved_after", "Used at 09:00, approved at 09:30, used again at 09:40.", _late,
             {f"{B}#0": {**_GOOD, "approval_verdict": "late"}, f"{B}#1": {**_GOOD, **_VALID}}),
    Scenario("no_review", "Customer data without any review.", _missing,
             {f"{B}#0": {**_GOOD, "risk_level": "high", "approval_verdict": "missing"}}),
    Scenario("still_waiting", "A review that nobody has decided, and a tunnel that nothing ties to it.", _waiting,
             {f"{B}#0": {**_GOOD, "risk_level": "high", "approval_verdict": "missing", "approval_flags": "",
                         "approval_candidates": 0}}),
    Scenario("own_approver", "The approver approves himself.", _self,
             {f"{B}#0": {**_GOOD, "approval_verdict": "self", "approver_is_requester": True}}),
    Scenario("window_over", "Approved for an hour at 08:55; the second request comes at 10:30.", _expired,
             {f"{B}#0": {**_GOOD, **_VALID}, f"{B}#1": {**_GOOD, "approval_verdict": "expired"}}),
    Scenario("revoked", "Another group revokes at 09:10; the tunnel goes on at 09:30.", _revoked,
             {f"{B}#0": {**_GOOD, "approval_verdict": "valid"}, f"{B}#1": {**_GOOD, "approval_verdict": "revoked"}}),
    Scenario("rejected_ran", "A rejected command that ran all the same.", _rejected,
             {f"{B}#0": {"approval_verdict": "rejected", "outcome": "forwarded", "connection": OPS.name}}),
    Scenario("three_wires", "Streamed, compressed and plain answers in one tunnel, one after the other.", _wires,
             {f"{B}#{n}": {**_GOOD, **_NONE, "masking_verdict": "no_sensitive"} for n in range(3)}),
    Scenario("masked", "An address was masked and counted.", _masked,
             {f"{B}#0": {**_GOOD, **_NONE, "masking_verdict": "masked_ok"}}),
    Scenario("leak", "An address comes back in clear over several pieces of a stream.", _leak,
             {f"{B}#0": {**_GOOD, **_NONE, "masking_verdict": "leak", "response_findings": 1}}),
    Scenario("claimed", "The gateway counts a masked address that stands there in clear.", _claimed,
             {f"{B}#0": {**_GOOD, **_NONE, "masking_verdict": "claimed_not_masked", "response_findings": 1}}),
    Scenario("leaver", "Disabled at ten, served at nine and at one.", _leaver,
             {f"{B}#0": {**_GOOD, **_NONE},
              f"{B}#1": {"account_state": "disabled", "after_revocation": True, "outcome": "forwarded"}}),
    Scenario("stranger", "An address nobody knows.", _stranger,
             {f"{B}#0": {"identity_state": "unresolved", "sign_in_tier": "T0", "person_id": None}}),
    Scenario("password_only", "Signed in with a password alone.", _single_factor,
             {f"{B}#0": {**_GOOD, "mfa_state": "no"}}),
    Scenario("two_devices", "Two sessions at once: which of them asked is not recorded.", _two_devices,
             {f"{B}#0": {**_GOOD, "sign_in_tier": "T-A", "sign_in_candidates": 2}}),
    Scenario("around_the_gateway", "Billed chat of a person whom the gateway never saw.", _around, {},
             {("github-billing", "copilot_ai_credit"): {"verdict": "UNGATED_USER_DAY", "grade": "B"},
              ("github-usage", "chat_panel_agent_mode"): {"verdict": "UNGATED_USER_DAY", "grade": "C"}}),
    Scenario("blocked", "The second of three requests is stopped by the gateway's analyser.", _blocked,
             {f"{B}#0": {**_GOOD, **_NONE}, f"{B}#1": {"outcome": "blocked", "interaction_kind": "blocked"},
              f"{B}#2": {**_GOOD, **_NONE}}),
)
