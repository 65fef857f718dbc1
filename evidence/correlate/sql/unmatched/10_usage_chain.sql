-- A request that only the vendor saw is an interaction too (its chain begins and ends there): nothing is known of
-- sign-in, approval or masking, and the row says so.
INSERT INTO chain BY NAME
SELECT interaction_id(u.source_id, u.native_id) AS interaction_id, 'usage_request' AS interaction_kind, u.source_id,
       u.native_id, u.locator, u.event_time, 0 AS time_uncertainty_us, 'inside' AS in_period, u.surface AS connection,
       u.model, 'unknown' AS caller_class, u.user_alias AS subject, FALSE AS gateway_validated,
       CASE WHEN u.persons = 1 THEN 'resolved' WHEN u.persons > 1 THEN 'ambiguous' ELSE 'unresolved'
           END AS identity_state,
       CASE WHEN u.persons > 0 THEN u.user_alias_type END AS identity_method, u.persons AS identity_candidates,
       u.person_id,
       'unknown' AS account_state, 'T0' AS sign_in_tier, 'not_at_gateway' AS sign_in_reason, 0 AS sign_in_candidates,
       'unknown' AS mfa_state, FALSE AS after_revocation, 'unknown' AS risk_level, 'not_at_gateway' AS risk_basis,
       FALSE AS approval_required, 'undetermined' AS approval_verdict, '' AS approval_flags, 0 AS approval_candidates,
       'not_applicable' AS approver_membership, 'unknown' AS outcome, 'unpaired' AS pairing,
       coalesce(u.truncated, FALSE) AS truncated, 'indeterminate' AS masking_verdict, 0 AS prompt_findings,
       0 AS response_findings, u.locator AS record_refs
FROM w_usage AS u
ANTI JOIN w_match AS m ON m.usage_key = u.usage_key
WHERE u.grain = 'request' AND u.active AND u.ordinal = 0
  AND u.event_time >= u.period_from AND u.event_time < u.period_to;
