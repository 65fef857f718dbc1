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
       s.tier AS sign_in_tier, s.reason AS sign_in_reason, v.source_id AS sign_in_source_id,
       v.native_id AS sign_in_native_id, v.locator AS sign_in_locator, s.delta_us AS sign_in_delta_us,
       s.candidates AS sign_in_candidates, coalesce(s.mfa_state, 'unknown') AS mfa_state,
       CASE WHEN NOT s.mfa_agreed THEN NULL WHEN v.mfa_state = s.mfa_state THEN v.mfa_basis
            ELSE 'inherited' END AS mfa_basis,
       v.ca_status, v.country, v.device_managed,
       r.after_revocation, t.stale_us AS stale_entitlement_us, q.risk_level, q.risk_basis, x.gateway_risk,
       q.approval_required, a.verdict AS approval_verdict, a.flags AS approval_flags, c.source_id AS approval_source_id,
       c.native_id AS approval_native_id, c.locator AS approval_locator, a.method AS approval_link_method,
       a.candidates AS approval_candidates, c.complete_at AS approval_time, a.delta_us AS approval_delta_us,
       c.ends_at AS approval_expires_at, c.approver_person_id, c.approver_subject,
       CASE WHEN c.complete THEN c.is_self END AS approver_is_requester, a.membership AS approver_membership,
       f.account_state AS approver_account_state, f.sign_in_tier AS approver_sign_in_tier, c.approver_group, x.outcome,
       x.blocked_by, x.pairing, x.truncated, x.status_code, x.prompt_sha256, x.prompt_bytes, x.response_sha256,
       x.response_bytes, coalesce(m.verdict, 'indeterminate') AS masking_verdict,
       coalesce(n.prompt_findings, 0) AS prompt_findings, coalesce(n.response_findings, 0) AS response_findings,
       array_to_string(list_sort(list_distinct([
           x.locator, x.session_locator, v.locator, c.locator, c.decision_locator])), ' ') AS record_refs
FROM w_x AS x
INNER JOIN w_identity AS i ON i.x_no = x.x_no
INNER JOIN w_account_state AS o ON o.x_no = x.x_no
INNER JOIN w_sign_in AS s ON s.x_no = x.x_no
INNER JOIN w_after_revocation AS r ON r.x_no = x.x_no
INNER JOIN w_required AS q ON q.x_no = x.x_no
INNER JOIN w_approval_verdict AS a ON a.x_no = x.x_no
LEFT JOIN w_event AS v ON v.auth_no = s.auth_no
LEFT JOIN w_approval AS c ON c.approval_no = a.approval_no
LEFT JOIN w_approver_fact AS f ON f.approval_no = c.approval_no
LEFT JOIN w_stale AS t ON t.x_no = x.x_no
LEFT JOIN masking_verdict AS m ON m.interaction_id = x.interaction_id AND m.entity_type = '*'
LEFT JOIN w_finding_count AS n ON n.x_no = x.x_no;
