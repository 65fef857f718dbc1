-- T1: the id of the token presented is the id of a token issued, as it stands or decoded. T1b: no id, but one issue at
-- the same second with the same expiry. T2: the request names a session of the identity provider, shown by its first
-- event. Another person's never match.
CREATE OR REPLACE TABLE w_by_id AS
WITH asked AS (
    SELECT x.x_no, x.event_time, x.token_id, x.idp_session_id, x.token_issued_at, x.token_expires_at,
           x.skew_us + x.unsure_us AS slack_us, i.person_no
    FROM w_x AS x INNER JOIN w_identity AS i ON i.x_no = x.x_no
    WHERE i.caller_class IN ('human_token', 'human_via_agent', 'unknown')
      AND (x.token_id IS NOT NULL OR x.idp_session_id IS NOT NULL OR x.token_issued_at IS NOT NULL)
), by_token AS (
    SELECT q.*, q.token_id AS issued_id FROM asked AS q WHERE q.token_id IS NOT NULL
    UNION ALL
    SELECT q.*, token_guid(q.token_id) FROM asked AS q WHERE token_guid(q.token_id) IS NOT NULL
), by_expiry AS (
    SELECT q.*, epoch_us(q.token_expires_at) // 4000000 + n.step AS bucket
    FROM asked AS q CROSS JOIN (VALUES (-1), (0), (1)) AS n (step)
    WHERE q.token_expires_at IS NOT NULL AND q.token_issued_at IS NOT NULL AND q.person_no IS NOT NULL
)
SELECT q.x_no, 1 AS tier_rank, s.named_no
FROM by_token AS q
INNER JOIN w_named_auth AS s ON s.token_id = q.issued_id
WHERE s.person_no IS NULL OR q.person_no IS NULL OR s.person_no = q.person_no
UNION ALL
SELECT q.x_no, 2, s.named_no
FROM by_expiry AS q
INNER JOIN w_named_auth AS s
    ON s.person_no = q.person_no AND epoch_us(s.token_expires_at) // 4000000 = q.bucket
WHERE abs(us_from_to(s.event_time, q.token_issued_at)) <= 2000000
  AND abs(us_from_to(s.token_expires_at, q.token_expires_at)) <= 2000000
UNION ALL
SELECT q.x_no, 3, s.named_no
FROM asked AS q
INNER JOIN w_named_auth AS s ON s.session_id = q.idp_session_id AND s.begins_session
WHERE (q.person_no IS NULL OR s.person_no = q.person_no)
  AND us_from_to(q.event_time, s.event_time) <= q.slack_us;
