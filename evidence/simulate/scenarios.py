"""Scenarios written out by hand, each with what must be said of it written beside it.

Keys of ``expected`` are native ids of exchanges (session ``#`` position); their values are columns of the relation
``chain`` with the value that must stand there. ``usage`` names rows of the vendor's account by source and surface,
those of single requests by source and id, with columns of ``reconciliation``. Nothing of it is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from evidence.simulate import directory
from evidence.simulate.clock import HOUR
from evidence.simulate.gateway import Decision, Owner, Review
from evidence.simulate.tiny import ADA, BELA, CHIARA, CLAUDE, GROUP, HIGH, LOW, OPS, TENANT, Tiny, on, question
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


def _token(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    tiny.further.token("d0000000-jti", ADA, on("08:55:00"), on("09:55:00"), "sid-ada-lg")
    tiny.further.request(f"{A}#0", ADA, on("09:00:00"), token="d0000000-jti")  # noqa: S106 - the id of a token
    tiny.further.request(f"{A}#1", ADA, on("09:10:00"), token_issued=on("08:55:01"), token_expires=on("09:55:00"))
    tiny.further.request(f"{A}#2", ADA, on("09:20:00"), idp_session="sid-ada-lg")
    tiny.further.request(f"{A}#3", ADA, on("09:30:00"), client_ip=ADA.ip)
    tiny.further.request(f"{A}#4", ADA, on("09:40:00"), client_ip="203.0.113.9")


def _claims_only(tiny: Tiny) -> None:
    tiny.further.request(f"{A}#0", CHIARA, on("09:00:00"), authenticated=on("08:50:00"))


def _ticket(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    tiny.further.ticket("f0000000-1", ADA, on("07:00:00"), on("07:30:00"), BELA, ticket="d0000000-change")
    tiny.further.request(f"{A}#0", ADA, on("09:00:00"), connection="prod-edge", correlation="d0000000-change")
    tiny.further.ticket("f0000000-2", ADA, on("07:00:00"), on("07:30:00"), BELA, exchange_id=f"{A}#1")
    tiny.further.request(f"{A}#1", ADA, on("09:10:00"), connection="prod-edge")
    tiny.further.ticket("f0000000-3", ADA, on("07:00:00"), on("07:30:00"), BELA, exchange_id=f"{A}#2",
                        prompt_sha256=sha256(b"Delete the table.").hexdigest())
    tiny.further.request(f"{A}#2", ADA, on("09:20:00"), connection="prod-edge", prompt="Drop the database.")
    tiny.further.ticket("f0000000-4", ADA, on("07:00:00"), on("09:28:00"), BELA, exchange_id=f"{A}#3")
    tiny.further.request(f"{A}#3", ADA, on("09:30:00"), connection="prod-edge")


def _membership(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    for clock, add in (("07:28:00", True), ("12:00:00", False)):
        tiny.audit.append(directory.membership(tiny.rng, TENANT, on(clock), GROUP, (CHIARA.oid, CHIARA.upn), add=add))
    for number, decided in enumerate(("07:30:00", "08:00:00", "12:30:00")):
        tiny.further.ticket(f"f0000000-{number + 5}", ADA, on("07:00:00"), on(decided), CHIARA,
                            exchange_id=f"{A}#{number}")
        tiny.further.request(f"{A}#{number}", ADA, on("13:00:00"), connection="prod-edge")


def _at_the_vendor(tiny: Tiny) -> None:
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    long = "Which of the two suppliers answered the second request first?"
    tiny.further.request(f"{A}#0", ADA, on("09:00:00"), provider_request="d0000000-req-1")
    tiny.further.at_vendor("d0000000-req-1", ADA, on("09:00:01"), "Explain this function.")
    tiny.further.request(f"{A}#1", ADA, on("10:00:00"), prompt=long)
    tiny.further.at_vendor("d0000000-req-2", ADA, on("10:01:00"), long)
    tiny.further.request(f"{A}#2", ADA, on("11:00:00"), prompt="Explain this.")
    tiny.further.at_vendor("d0000000-req-3", ADA, on("11:00:02"), "another text than the gateway saw")
    tiny.further.at_vendor("d0000000-req-4", CHIARA, on("12:00:00"), "never passed the gateway")


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
    Scenario("by_token", "Five requests of one person, of which the gateway knows ever less.", _token,
             {f"{A}#0": {"sign_in_tier": "T1", "sign_in_reason": "token_id_equal", "mfa_state": "yes",
                         "mfa_basis": "inherited"},
              f"{A}#1": {"sign_in_tier": "T1b", "sign_in_reason": "issue_and_expiry_equal"},
              f"{A}#2": {"sign_in_tier": "T2", "sign_in_reason": "session_id_equal"},
              f"{A}#3": {"sign_in_tier": "T3", "sign_in_reason": "same_person_and_address"},
              f"{A}#4": {"sign_in_tier": "T4", "sign_in_reason": "same_person_in_token_life"}}),
    Scenario("claims_only", "No sign-in is logged, but the token claims one.", _claims_only,
             {f"{A}#0": {"sign_in_tier": "T5", "sign_in_reason": "claims_only"}}),
    Scenario("by_ticket", "Approved in another system: by ticket, by request, for another prompt, within the clocks.",
             _ticket,
             {f"{A}#0": {"approval_verdict": "valid", "approval_link_method": "ticket",
                         "approver_membership": "member"},
              f"{A}#1": {"approval_verdict": "valid", "approval_link_method": "external"},
              f"{A}#2": {"approval_verdict": "missing", "approval_link_method": "external"},
              f"{A}#3": {"approval_verdict": "undetermined", "approval_link_method": "external"}}),
    Scenario("in_the_group_then", "Chiara approves two minutes after she joined, half an hour later, after she left.",
             _membership,
             {f"{A}#0": {"approval_verdict": "valid", "approver_membership": "boundary"},
              f"{A}#1": {"approval_verdict": "valid", "approver_membership": "member"},
              f"{A}#2": {"approval_verdict": "valid", "approver_membership": "not_member"}}),
    Scenario("at_the_vendor", "Four requests at the vendor: by id, by text, by time, and one that passed no gateway.",
             _at_the_vendor,
             {**{f"{A}#{n}": {"identity_state": "resolved"} for n in range(3)},
              "d0000000-req-4": {"interaction_kind": "usage_request", "sign_in_reason": "not_at_gateway"}},
             {("github-requests", "d0000000-req-1"): {"verdict": "MATCHED_ID"},
              ("github-requests", "d0000000-req-2"): {"verdict": "MATCHED_CONTENT"},
              ("github-requests", "d0000000-req-3"): {"verdict": "MATCHED_TIME"},
              ("github-requests", "d0000000-req-4"): {"verdict": "UNGATED_REQUEST", "grade": "B"}}),
    Scenario("blocked", "The second of three requests is stopped by the gateway's analyser.", _blocked,
             {f"{B}#0": {**_GOOD, **_NONE}, f"{B}#1": {"outcome": "blocked", "interaction_kind": "blocked"},
              f"{B}#2": {**_GOOD, **_NONE}}),
)
