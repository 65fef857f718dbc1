-- The chain: one row per interaction, every fact beside the others, nothing judged twice; and every record that it
-- rests on, each once, in order: the exchange, its session, the sign-in, the approval, the decision that completed it.
INSERT INTO chain BY NAME
SELECT x.interaction_id,
       CASE x.outcome WHEN 'denied' THEN 'denied' WHEN 'blocked' THEN 'blocked' ELSE 'exchange' END AS interaction_kind,
       x.source_id, x.native_id, x.locator, x.event_time, x.unsure_us AS time_uncertainty_us, x.response_time,
       x.in_period,
       x.session_id, x.connection, x.route, x.model, i.caller_class, x.subject_said AS subject, x.subject_email,
       i.caller_class IN ('human_token', 'human_via_agent')
           AND (x.subject IS NOT NULL OR x.subject_email IS NOT NULL) AS gateway_validated,
       i.identity_state, i.identity_method, i.candidates AS identity_candidates, i.person_id, o.account_state,
       s.tier AS sign_in_tier, s.reason AS sign_in_reason, s.source_id AS sign_in_source_id,
       s.native_id AS sign_in_native_id, s.locator AS sign_in_locator, s.delta_us AS sign_in_delta_us,
       s.candidates AS sign_in_candidates, coalesce(s.mfa_state, 'unknown') AS mfa_state, s.mfa_basis, s.ca_status,
       s.country, s.device_managed, r.after_revocation, t.stale_us AS stale_entitlement_us, q.risk_level, q.risk_basis,
       x.gateway_risk, q.approval_required,
       a.verdict AS approval_verdict, a.flags AS approval_flags, a.source_id AS approval_source_id,
       a.native_id AS approval_native_id, a.locator AS approval_locator, a.method AS approval_link_method,
       a.candidates AS approval_candidates, a.complete_at AS approval_time, a.delta_us AS approval_delta_us,
       a.ends_at AS approval_expires_at, a.approver_person_id, a.approver_subject, a.is_self AS approver_is_requester,
       a.membership AS approver_membership, a.account_state AS approver_account_state,
       a.sign_in_tier AS approver_sign_in_tier, a.approver_group, x.outcome, x.blocked_by, x.pairing, x.truncated,
       x.status_code, x.prompt_sha256, x.prompt_bytes, x.response_sha256, x.response_bytes,
       coalesce(m.verdict, 'indeterminate') AS masking_verdict, coalesce(f.prompt_findings, 0) AS prompt_findings,
       coalesce(f.response_findings, 0) AS response_findings,
       array_to_string(list_sort(list_distinct([
           x.locator, x.session_locator, s.locator, a.locator, a.decision_locator])), ' ') AS record_refs
FROM w_x AS x
INNER JOIN w_identity AS i ON i.interaction_id = x.interaction_id
INNER JOIN w_account_state AS o ON o.interaction_id = x.interaction_id
INNER JOIN w_sign_in AS s ON s.interaction_id = x.interaction_id
INNER JOIN w_after_revocation AS r ON r.interaction_id = x.interaction_id
INNER JOIN w_required AS q ON q.interaction_id = x.interaction_id
INNER JOIN w_approval_verdict AS a ON a.interaction_id = x.interaction_id
LEFT JOIN w_stale AS t ON t.interaction_id = x.interaction_id
LEFT JOIN masking_verdict AS m ON m.interaction_id = x.interaction_id AND m.entity_type = '*'
LEFT JOIN w_finding_count AS f ON f.source_id = x.source_id AND f.exchange_ref = x.native_id;
