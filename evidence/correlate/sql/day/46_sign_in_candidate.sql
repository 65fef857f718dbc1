-- All candidates of a request in the order of preference: better tier, not after the request, latest, smallest key. The
-- factor of each is its own, or inherited from earlier in its session where the token was issued silently.
CREATE OR REPLACE TABLE w_sign_in_candidate AS
WITH candidate AS (
    SELECT b.interaction_id, b.tier_rank, b.tier, b.reason, b.source_id, b.native_id, b.ordinal, b.locator,
           b.event_time, b.issuer, b.session_id, b.interactive, b.mfa_state, b.mfa_basis, b.ca_status, b.country,
           b.device_managed, b.session_key, x.event_time AS request_time
    FROM (
        SELECT * FROM w_by_id UNION ALL BY NAME SELECT * FROM w_by_time UNION ALL BY NAME SELECT * FROM w_older_event
    ) AS b
    INNER JOIN w_x AS x ON x.interaction_id = b.interaction_id
), silent AS (
    SELECT DISTINCT c.issuer, c.session_id FROM candidate AS c
    WHERE NOT coalesce(c.interactive, FALSE) AND c.session_id IS NOT NULL
), inherited AS (
    SELECT s.issuer, s.session_id, s.mfa_from, s.no_mfa_from
    FROM w_auth_session AS s INNER JOIN silent AS q ON q.issuer = s.issuer AND q.session_id = s.session_id
)
SELECT b.interaction_id, b.tier_rank, b.tier, b.reason, b.source_id, b.native_id, b.ordinal, b.locator, b.event_time,
       b.issuer, b.session_id, b.ca_status, b.country, b.device_managed, b.session_key,
       b.tier_rank = first_value(b.tier_rank) OVER preferred AS of_best_tier,
       us_from_to(b.event_time, b.request_time) AS delta_us,
       CASE WHEN b.mfa_state = 'yes' THEN 'yes'
            WHEN NOT coalesce(b.interactive, FALSE) AND s.mfa_from <= b.event_time THEN 'yes'
            WHEN b.mfa_state = 'no' THEN 'no'
            WHEN NOT coalesce(b.interactive, FALSE) AND s.no_mfa_from <= b.event_time THEN 'no' ELSE 'unknown'
                END AS mfa_state,
       CASE WHEN b.mfa_state = 'yes' THEN coalesce(b.mfa_basis, 'event')
            WHEN NOT coalesce(b.interactive, FALSE) AND s.mfa_from <= b.event_time THEN 'inherited'
            WHEN b.mfa_state = 'no' THEN coalesce(b.mfa_basis, 'event')
            WHEN NOT coalesce(b.interactive, FALSE) AND s.no_mfa_from <= b.event_time THEN 'inherited'
            ELSE b.mfa_basis END AS mfa_basis,
       row_number() OVER preferred AS nth
FROM candidate AS b
LEFT JOIN inherited AS s ON s.issuer = b.issuer AND s.session_id = b.session_id
WINDOW preferred AS (PARTITION BY b.interaction_id
                     ORDER BY b.tier_rank, b.event_time > b.request_time, b.event_time DESC, b.source_id, b.native_id,
                              b.ordinal);
