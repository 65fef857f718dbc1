"""Which check must report which misbehaviour, with which verdict, on which subject."""

from __future__ import annotations

from evidence.simulate import Finding

from . import compare, oracle
from .compare import USAGE, _digest
from .kit import Made

FOUND = {
    "unapproved_high_risk": [("high_risk_approved", "fail")],
    "self_approval": [("approver_is_another_person", "fail")],
    "self_approval_second_account": [("approver_is_another_person", "fail")],
    "late_approval": [("approved_before_forwarding", "fail")],
    "expired_window": [("approval_not_expired", "fail")],
    "outside_hours": [("approval_not_expired", "fail")],
    "revoked_access_used": [("approval_not_expired", "fail")],
    "approver_overwritten": [("approver_is_another_person", "undetermined"), ("high_risk_approved", "undetermined")],
    "rejected_but_executed": [("rejected_not_executed", "fail"), ("high_risk_approved", "fail")],
    "denied_request": [("rejected_not_executed", "pass"), ("blocked_not_forwarded", "pass")],
    "pending_approval": [("high_risk_approved", "not_applicable")],
    "approver_not_in_group": [("approver_in_group_then", "fail")],
    "forced_approval": [("high_risk_approved", "pass")],
    "quorum_not_met": [("high_risk_approved", "fail")],
    "automated_approval": [("approver_is_another_person", "fail")],
    "standing_access": [("high_risk_approved", "fail")],
    "erased_link": [("high_risk_approved", "undetermined")],
    "blocked_by_analyzer": [("blocked_not_forwarded", "pass")],
    "leaver_active": [("leaver_inactive", "fail"), ("sign_in_corroborated", "fail")],
    "no_mfa": [("mfa_satisfied", "fail")],
    "mfa_unknown": [("mfa_satisfied", "undetermined")],
    "two_sign_in_sessions": [("sign_in_corroborated", "undetermined")],
    "stale_sign_in": [("sign_in_corroborated", "undetermined")],
    "unresolved_identity": [("identity_resolved", "fail")],
    "ambiguous_identity": [("identity_resolved", "undetermined")],
    "shared_key": [("shared_identity", "fail"), ("identity_resolved", "fail")],
    "ambiguous_pairing": [("recording_complete", "undetermined")],
    "no_response": [("recording_complete", "undetermined")],
    "unmasked_email_in_response": [("no_residual_in_responses", "fail")],
    "unmasked_secret_in_response": [("no_residual_in_responses", "fail")],
    "unmasked_card_in_response": [("no_residual_in_responses", "fail")],
    "claimed_not_masked": [("no_residual_in_responses", "fail"), ("masking_claims_reconcile", "fail")],
    "analyzed_unmasked": [("no_residual_in_responses", "fail"), ("masking_claims_reconcile", "fail")],
    "under_evidenced": [("masking_claims_reconcile", "undetermined")],
    "unclaimed_placeholder": [("masking_claims_reconcile", "undetermined")],
    "masking_off_connection": [("masking_on_for_every_connection", "fail")],
    "failed_open": [("masking_claims_reconcile", "fail"), ("no_residual_in_responses", "undetermined")],
    "truncated_recording": [("recording_complete", "fail")],
    "recording_lost": [("session_recording_kept", "fail")],
    "log_gap": [("no_gap_in_sources", "fail")],
    "clock_skew": [("clock_within_tolerance", "undetermined")],
    "bypass": [("no_bypass", "fail")],
    "usage_source_gap": [("usage_seen_at_gateway", "undetermined")],
    "unattributed_usage": [("no_bypass", "undetermined")],
    "token_at_gateway": [("sign_in_corroborated", "pass"), ("mfa_satisfied", "pass")],
    "issuance_at_gateway": [("sign_in_corroborated", "pass")],
    "session_at_gateway": [("sign_in_corroborated", "pass")],
    "address_at_gateway": [("sign_in_corroborated", "pass")],
    "claims_alone": [("sign_in_corroborated", "undetermined")],
    "agent_for_a_person": [("identity_resolved", "pass"), ("sign_in_corroborated", "pass")],
    "personal_key": [("identity_resolved", "undetermined"), ("sign_in_corroborated", "not_applicable")],
    "service_caller": [("identity_resolved", "not_applicable"), ("sign_in_corroborated", "not_applicable")],
    "no_caller_at_all": [("identity_resolved", "fail"), ("mandatory_log_fields", "fail")],
    "caller_of_no_kind": [("identity_resolved", "fail")],
    "outcome_not_recorded": [("recording_complete", "undetermined"), ("no_residual_in_responses", "undetermined")],
    "upgraded_connection": [("recording_complete", "undetermined")],
    "medium_risk": [("risk_classified", "pass")],
    "approved_by_ticket": [("high_risk_approved", "pass"), ("approver_in_group_then", "pass")],
    "ticket_for_another_prompt": [("high_risk_approved", "fail")],
    "ticket_in_the_same_minutes": [("approved_before_forwarding", "undetermined"),
                                   ("high_risk_approved", "undetermined")],
    "approver_of_two_truths": [("approver_in_group_then", "undetermined"), ("high_risk_approved", "pass")],
    "approver_at_the_edge": [("approver_in_group_then", "undetermined"), ("high_risk_approved", "pass")],
    "approver_by_one_snapshot": [("approver_in_group_then", "undetermined"), ("high_risk_approved", "pass")],
    "approver_of_ruled_group": [("approver_in_group_then", "undetermined"), ("high_risk_approved", "pass")],
    "approver_of_unseen_group": [("approver_in_group_then", "undetermined"), ("high_risk_approved", "pass")],
    "passed_by_skip_group": [("high_risk_approved", "fail")],
    "mask_too_wide": [("no_residual_in_responses", "fail")],
    "surrogate_by_policy": [("no_residual_in_responses", "undetermined"), ("masking_claims_reconcile", "undetermined")],
    "masked_beyond_policy": [("no_residual_in_responses", "pass"), ("masking_claims_reconcile", "pass")],
    "request_by_id": [("no_bypass", "pass"), ("usage_seen_at_gateway", "pass")],
    "request_by_content": [("no_bypass", "pass"), ("usage_seen_at_gateway", "pass")],
    "request_by_time": [("no_bypass", "pass"), ("usage_seen_at_gateway", "pass")],
    "request_beside_gateway": [("no_bypass", "fail")],
    "request_in_lost_session": [("session_recording_kept", "fail")],
    "surface_not_declared": [("no_bypass", "undetermined")],
    "login_of_two": [("no_bypass", "undetermined")],
    "surface_out_of_sight": [("no_bypass", "not_applicable")],
    "surface_excluded": [("no_bypass", "not_applicable")],
    "report_not_final": [("no_bypass", "undetermined")],
    "month_boundary": [],
    "hostile_text": [("risk_classified", "pass")],
    "duplicate_file": [("raw_files_unchanged", "pass")],
    "duplicate_lines": [("raw_files_unchanged", "pass")],
    "malformed_line": [("rejects_explained", "pass")],
    "truncated_file": [("raw_files_unchanged", "undetermined")],
    "foreign_file": [("raw_files_unchanged", "undetermined")],
    "empty_file": [("raw_files_unchanged", "undetermined")],
    "gzip_cut": [("raw_files_unchanged", "undetermined")],
    "wrong_encoding": [("raw_files_unchanged", "undetermined")],
}


def subjects(made: Made, finding: Finding, check: str) -> set[str]:
    """Return the subjects on which the check must speak: those that the finding's native ids name."""
    first, rows = finding.ids[0], made.rows("SELECT * FROM chain")
    session, _, seq = (finding.ids[1] if finding.kind == "blocked_by_analyzer" else first).partition("/")
    own = [row for row in rows if row["session_id"] in {session, *finding.ids}
           and (not seq or row["native_id"] == f"{session}#{seq}")]
    if check == "rejected_not_executed":
        return {f"gateway/{finding.ids[1]}"}
    if check == "session_recording_kept":
        return {f"gateway/{first}"}
    if check == "leaver_inactive":
        return {made.persons()[str(finding.person)]}
    if check == "shared_identity":
        return {f"gateway/{row['subject']}" for row in own}
    if check == "masking_on_for_every_connection":
        return {finding.note}
    if check in {"raw_files_unchanged", "rejects_explained"}:
        return _file(made, first, check)
    if check in {"no_gap_in_sources", "clock_within_tolerance"}:
        return {row["subject"] for row in made.rows("SELECT * FROM check_result WHERE check_id = ?", check)
                if row["subject"].replace(" ", "/").split("/")[0] in finding.ids
                and row["subject"].rpartition("/")[2] not in {"membership_event", "account_event"}}
    if check in {"no_bypass", "usage_seen_at_gateway"}:
        source, day, login = first.split("/")
        surfaces = {finding.note} if finding.kind.startswith("surface_") and finding.note else None
        return {f"{source}/{row['native_id']}/{row['ordinal']}" for row in made.rows(USAGE)
                if (row["source_id"], row["day"], row["login"]) == (source, day, login.lower())
                and (row["surface"] in surfaces if surfaces else row["scope_rule"] in {"must_be_gated", "undeclared"})}
    return {row["interaction_id"] for row in own}


def _file(made: Made, path: str, check: str) -> set[str]:
    digest = _digest(made, path)
    return {row["subject"] for row in made.rows("SELECT * FROM check_result WHERE check_id = ?", check)
            if digest in row["subject"]}


def unreported(made: Made) -> list[str]:
    """Return every planted misbehaviour that its check does not report as it should."""
    said = []
    for finding in made.truth.findings:
        for check, verdict in FOUND[finding.kind]:
            wanted = subjects(made, finding, check)
            found = {row["subject"]: row["verdict"] for row in made.rows(
                "SELECT subject, verdict FROM check_result WHERE check_id = ?", check)}
            said += [f"{finding.kind}: {check} on {subject} is {found.get(subject)}, true is {verdict}"
                     for subject in sorted(wanted) if found.get(subject) != verdict]
            if not wanted:
                said.append(f"{finding.kind}: {check} says nothing about {finding.ids}")
    return said


def differences(made: Made) -> list[str]:
    """Return everything in which the report and the truth differ."""
    return [*compare.chains(made), *compare.usage(made), *compare.coverage(made), *compare.files(made),
            *oracle.results(made), *unreported(made)]
