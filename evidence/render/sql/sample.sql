-- The sample: interactions in the order of SHA-256(seed, interaction id), the first n of them.
SELECT
    row_number() OVER (ORDER BY sha256($seed || c.interaction_id), c.interaction_id) AS pick,
    c.interaction_id, c.event_time, coalesce(p.display_name, c.subject_email, c.subject) AS who, c.connection,
    c.risk_level, c.identity_state, c.sign_in_tier, c.approval_required, c.approval_verdict, c.masking_verdict, c.outcome,
    left(sha256($seed || c.interaction_id), 12) AS draw,
    (SELECT count(*) FROM check_result AS r
     WHERE r.subject_kind = 'interaction' AND r.subject = c.interaction_id AND r.verdict = 'fail') AS deviations
FROM chain AS c
LEFT JOIN person AS p ON p.person_id = c.person_id
QUALIFY pick <= $size
ORDER BY pick
