-- One interaction from who asked to what came back. No text and no hash of a text: short prompts can be guessed.
SELECT
    c.interaction_id, c.interaction_kind, c.source_id, c.event_time, c.time_uncertainty_us, c.response_time, c.in_period,
    c.connection, c.route, c.model, c.caller_class, c.gateway_validated, c.identity_state, c.identity_method,
    c.identity_candidates, c.account_state, c.sign_in_tier, c.sign_in_reason, c.sign_in_delta_us, c.mfa_state, c.mfa_basis,
    c.ca_status, c.country, c.device_managed, c.stale_entitlement_us, c.approver_account_state, c.approver_sign_in_tier,
    c.risk_level, c.risk_basis, c.approval_required, c.approval_verdict, c.approval_flags, c.approval_link_method,
    c.approval_time, c.approval_delta_us, c.approval_expires_at, c.approver_is_requester, c.approver_membership,
    c.approver_group, c.outcome, c.blocked_by, c.pairing, c.truncated, c.status_code, c.prompt_bytes, c.response_bytes,
    c.masking_verdict, c.prompt_findings, c.response_findings, c.record_refs,
    coalesce(p.display_name, c.subject_email, c.subject) AS who,
    coalesce(a.display_name, c.approver_subject) AS approver
FROM chain AS c
LEFT JOIN person AS p ON p.person_id = c.person_id
LEFT JOIN person AS a ON a.person_id = c.approver_person_id
WHERE c.interaction_id = $interaction_id
