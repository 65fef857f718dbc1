-- T1: the id of the token presented is the id of a token issued. T1b: no id, but one issue at the same second with
-- the same expiry. T2: the request names a session of the identity provider, shown by its first event. Another
-- person's never match.
CREATE OR REPLACE TABLE w_by_id AS
WITH asked AS (
    SELECT x.interaction_id, x.event_time, x.token_id, x.idp_session_id, x.token_issued_at, x.token_expires_at,
           x.skew_us + x.unsure_us AS slack_us, i.person_id
    FROM w_x AS x INNER JOIN w_identity AS i ON i.interaction_id = x.interaction_id
    WHERE i.caller_class IN ('human_token', 'human_via_agent', 'unknown')
), by_expiry AS (
    SELECT q.*, epoch_us(q.token_expires_at) // 4000000 + n.step AS bucket
    FROM asked AS q CROSS JOIN (VALUES (-1), (0), (1)) AS n (step)
    WHERE q.token_expires_at IS NOT NULL AND q.token_issued_at IS NOT NULL AND q.person_id IS NOT NULL
), hit AS (
    SELECT q.interaction_id, 1 AS tier_rank, 'T1' AS tier, 'token_id_equal' AS reason, s.source_id, s.native_id,
           s.ordinal
    FROM asked AS q
    INNER JOIN w_named_auth AS s ON s.token_id = q.token_id
    WHERE s.person_id IS NULL OR q.person_id IS NULL OR s.person_id = q.person_id
    UNION ALL
    SELECT q.interaction_id, 2, 'T1b', 'issue_and_expiry_equal', s.source_id, s.native_id, s.ordinal
    FROM by_expiry AS q
    INNER JOIN w_named_auth AS s
        ON s.person_id = q.person_id AND epoch_us(s.token_expires_at) // 4000000 = q.bucket
    WHERE abs(us_from_to(s.event_time, q.token_issued_at)) <= 2000000
      AND abs(us_from_to(s.token_expires_at, q.token_expires_at)) <= 2000000
    UNION ALL
    SELECT q.interaction_id, 3, 'T2', 'session_id_equal', s.source_id, s.native_id, s.ordinal
    FROM asked AS q
    INNER JOIN w_named_auth AS s ON s.session_id = q.idp_session_id AND s.begins_session
    WHERE (q.person_id IS NULL OR s.person_id = q.person_id)
      AND us_from_to(q.event_time, s.event_time) <= q.slack_us
)
SELECT h.interaction_id, h.tier_rank, h.tier, h.reason, s.* EXCLUDE (token_id, token_expires_at, begins_session),
       coalesce(s.session_id, 'event:' || s.native_id) AS session_key
FROM hit AS h
INNER JOIN w_named_auth AS s ON s.source_id = h.source_id AND s.native_id = h.native_id AND s.ordinal = h.ordinal;
