"""Which results the checks must give, told from the truth alone and in the words of their titles.

Nothing here reads a chain or runs a check. Where the truth leaves room (``*_accept``), each possibility is thought
through and every verdict that one of them gives is accepted; a verdict outside, a subject too many or too few is not.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import product

from evidence.simulate import ExchangeFact

from .compare import USAGE, usage_key
from .kit import Made

Verdicts = dict[str, set[str]]
PASS, FAIL, UNSURE, NONE = "pass", "fail", "undetermined", "not_applicable"
UNMASKED = {"claimed_not_masked", "leak", "analyzed_unmasked", "partial_too_wide"}
INTERACTION = frozenset({
    "identity_resolved", "sign_in_corroborated", "mfa_satisfied", "risk_classified", "no_secret_in_prompts",
    "recording_complete", "no_residual_in_responses", "masking_claims_reconcile", "blocked_not_forwarded",
    "mandatory_log_fields", "high_risk_approved", "approved_before_forwarding", "approver_is_another_person",
    "approver_in_group_then", "approval_not_expired"})


def of_exchange(fact: ExchangeFact, *, others_known: bool = True) -> Verdicts:
    """Return the verdicts that each check may give for one request; ``absent`` where it may leave the request out.

    ``others_known``: the risk of some request of the same gateway is known.
    """
    found: Verdicts = defaultdict(set)
    at_edge = fact.in_period == "boundary"
    cases = list(product(fact.tier_accept, fact.approval_accept, fact.outcome_accept, fact.masking_accept or ("",)))
    for tier, approval, outcome, masking in cases:
        one = {**_who(fact, tier), **_recorded(fact, approval, outcome), **_masked(fact, outcome, masking)}
        if fact.risk == "unknown":
            one["risk_classified"] = {FAIL if others_known else UNSURE}
        if fact.risk == "high":
            one |= _approved(fact, approval, outcome)
        for check in INTERACTION:
            words = one.get(check, {"absent"})
            found[check] |= {word if word == "absent" else UNSURE for word in words} if at_edge else words
    return found


def _who(fact: ExchangeFact, tier: str) -> Verdicts:
    human, known = fact.caller_class in {"human_token", "human_via_agent"}, fact.identity == "resolved"
    corroborated = {"T1": PASS, "T1b": PASS, "T2": PASS, "T3": PASS, "T4": PASS, "T5": UNSURE, "T-A": UNSURE, "T0": UNSURE}[tier]
    mfa = {PASS, FAIL, UNSURE} if fact.mfa is None else {{"yes": PASS, "no": FAIL, "unknown": UNSURE}[fact.mfa]}
    identity = {"resolved": PASS, "ambiguous": UNSURE, "unresolved": FAIL}.get(fact.identity)
    identity = {"shared_key": FAIL, "service_principal": NONE, "personal_key": UNSURE,
                "unauthenticated": FAIL}.get(fact.caller_class, identity)
    return {
        "identity_resolved": {str(identity)},
        "sign_in_corroborated": {NONE if not (human and known) else FAIL if fact.after_revocation else corroborated},
        "mfa_satisfied": {NONE} if not human else mfa if known and corroborated == PASS else {UNSURE},
        "risk_classified": {PASS}, "mandatory_log_fields": {FAIL if fact.caller_class == "unauthenticated" else PASS}}


def _recorded(fact: ExchangeFact, approval: str, outcome: str) -> Verdicts:
    stopped = outcome in {"denied", "blocked"} or (outcome == "no_response" and approval in {"pending", "rejected"})
    whole = {PASS} if fact.pairing == "exact" and outcome != "unknown" else {UNSURE}
    return {
        "recording_complete": {NONE} if stopped else {FAIL} if fact.truncated else whole,
        "no_secret_in_prompts": {NONE} if stopped else {UNSURE} if fact.truncated else {PASS},
        **({"blocked_not_forwarded": {PASS}} if outcome in {"denied", "blocked"} else {})}


def _masked(fact: ExchangeFact, outcome: str, masking: str) -> Verdicts:
    sure = PASS if fact.pairing == "exact" and not fact.truncated else UNSURE
    response = {"indeterminate": UNSURE, "failed_open": UNSURE, "under_evidenced": UNSURE,
                "surrogate_unverifiable": UNSURE}.get(masking, sure)
    if masking in UNMASKED:
        response = FAIL
    if outcome in {"denied", "blocked", "no_response"}:
        response = NONE
    claims = {"claimed_not_masked": {FAIL}, "analyzed_unmasked": {FAIL}, "failed_open": {FAIL},
              "under_evidenced": {UNSURE}, "unclaimed_placeholder": {UNSURE}, "masked_ok": {PASS},
              "surrogate_unverifiable": {UNSURE}, "partial_too_wide": {PASS}, "over_masked": {PASS}}
    return {"no_residual_in_responses": {response},
            "masking_claims_reconcile": claims.get(masking, {PASS, UNSURE, "absent"})}


def _approved(fact: ExchangeFact, approval: str, outcome: str) -> Verdicts:
    guess, lost = "inferred_link" in fact.approval_flags, approval in {"evidence_lost", "undetermined"}
    refused = approval in {"missing", "pending", "rejected"}
    if outcome != "forwarded":
        stopped = outcome in {"denied", "blocked"} or approval in {"pending", "rejected"}
        return {"high_risk_approved": {NONE if stopped else UNSURE if outcome == "unknown" or guess or lost else PASS}}
    found = {"high_risk_approved": {FAIL} if refused else {UNSURE} if guess or lost else {PASS}}
    if refused:
        return found
    if guess or approval == "evidence_lost":
        unsure = ("approved_before_forwarding", "approver_is_another_person", "approver_in_group_then",
                  "approval_not_expired")
        return {**found, **{check: {UNSURE} for check in unsure}}
    loose = {UNSURE} if fact.route is None or approval == "undetermined" else set()
    own = approval == "self" or "automated" in fact.approval_flags
    member = {"member": {PASS}, "not_member": {FAIL}}.get(fact.approver_membership or "", {PASS, UNSURE, NONE})
    if fact.approver_membership in {"boundary", "member_by_snapshot_only", "conflict", "unknown_no_coverage"}:
        member = {UNSURE}
    ended = approval in {"expired", "revoked", "outside_window"}
    return {
        **found,
        "approved_before_forwarding": {FAIL} if approval == "late" else {PASS} | loose,
        "approver_is_another_person": {FAIL} if own else {PASS},
        "approver_in_group_then": member,
        "approval_not_expired": {FAIL} if ended else {UNSURE} if lost else {PASS} | loose}


def failing(made: Made) -> set[tuple[str, str]]:
    """Return what must fail besides single requests: persons, identities, connections, approvals, usage, sources."""
    truth, persons = made.truth, made.persons()
    inside = [fact for fact in truth.exchanges if fact.in_period == "inside"]
    gone = {("leaver_inactive", persons[fact.person]) for fact in inside if fact.person and fact.account == "disabled"}
    off = {("masking_on_for_every_connection", fact.connection) for fact in inside if fact.masking == "off"}
    ran = {("rejected_not_executed", f"gateway/{fact.approval_id}") for fact in inside
           if fact.approval == "rejected" and fact.outcome == "forwarded"}
    shared = {fact.session for fact in inside if fact.caller_class in {"shared_key", "unauthenticated"}}
    keys = {("shared_identity", f"{row['source_id']}/{row['subject'] or 'nobody'}")
            for row in made.rows("SELECT * FROM chain") if row["session_id"] in shared}
    graded = {(fact.source, fact.day, fact.login.lower(), fact.surface, fact.native) for fact in truth.usage
              if fact.grade in {"A", "B"}}
    around = {("no_bypass", f"{row['source_id']}/{row['native_id']}/{row['ordinal']}") for row in made.rows(USAGE)
              if usage_key(row) in graded}
    lost = {("session_recording_kept", f"gateway/{finding.ids[0]}") for kind in ("recording_lost", "request_in_lost_session")
            for finding in truth.of_kind(kind)}
    return gone | off | ran | keys | around | lost


def gaps(made: Made) -> set[str]:
    """Return the sources that lack a day."""
    return {finding.expected["source"] for finding in made.truth.of_kind("log_gap")}


def _pass_over(found: dict[str, dict[str, str]], made: Made) -> None:
    """Requests that only the vendor saw are members of each population and judged by none of these checks."""
    for row in made.rows("SELECT interaction_id FROM chain WHERE interaction_kind = 'usage_request'"):
        for check in INTERACTION:
            if found[check].get(row["interaction_id"]) == NONE:
                del found[check][row["interaction_id"]]


def results(made: Made) -> list[str]:
    """Hold every result against the truth; the differences."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in made.rows("SELECT check_id, subject, verdict FROM check_result"):
        found[row["check_id"]][row["subject"]] = row["verdict"]
    names = {row["native_id"]: row["interaction_id"] for row in made.rows("SELECT native_id, interaction_id FROM chain")}
    facts = {f"{fact.session}#{fact.seq}": fact for fact in made.truth.exchanges if fact.in_period != "outside"}
    classified = {fact.source for fact in facts.values() if fact.risk != "unknown"}
    _pass_over(found, made)
    said = []
    for key, fact in sorted(facts.items()):
        for check, words in of_exchange(fact, others_known=fact.source in classified).items():
            verdict = found[check].pop(names.get(key, ""), "absent")
            if verdict not in words:
                said.append(f"{check} {key}: {verdict}, true is one of {sorted(words)}")
    said += [f"{check} {subject}: {verdict}, invented" for check in sorted(INTERACTION)
             for subject, verdict in sorted(found[check].items())]
    failed = {(check, subject) for check, rows in found.items() if check not in INTERACTION
              for subject, verdict in rows.items() if verdict == FAIL}
    silent = {subject.partition("/")[0] for check, subject in failed if check == "no_gap_in_sources"}
    failed = {one for one in failed if one[0] != "no_gap_in_sources"}
    said += [f"{check} {subject}: does not fail" for check, subject in sorted(failing(made) - failed)]
    said += [f"{check} {subject}: fails, invented" for check, subject in sorted(failed - failing(made))]
    return said if silent == gaps(made) else [*said, f"gaps in {sorted(silent)}, true are {sorted(gaps(made))}"]
