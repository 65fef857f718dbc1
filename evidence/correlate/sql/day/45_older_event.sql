-- The event behind the instant found for T5; of several at one instant the smallest key.
CREATE OR REPLACE TABLE w_older_event AS
WITH event AS (
    SELECT a.*, 1 AS place FROM w_auth_alone AS a
    UNION ALL
    SELECT l.* EXCLUDE (day), 2 FROM w_auth_last AS l WHERE l.day >= day_from() AND l.day < day_to()
    UNION ALL
    SELECT b.*, 2 FROM w_auth_before AS b
), ranked AS (
    SELECT o.interaction_id, e.*, row_number() OVER (
        PARTITION BY o.interaction_id ORDER BY e.place, e.source_id, e.native_id, e.ordinal) AS nth
    FROM w_by_older AS o
    INNER JOIN event AS e ON e.person_id = o.person_id AND e.event_time = o.auth_time
)
SELECT r.interaction_id, 6 AS tier_rank, 'T5' AS tier, 'older_sign_in_in_session_life' AS reason,
       r.source_id, r.native_id, r.ordinal, r.locator, r.event_time, r.issuer, r.session_id, r.ip, r.interactive,
       r.mfa_state, r.mfa_basis, r.ca_status, r.country, r.device_managed, r.person_id,
       coalesce(r.session_id, 'event:' || r.native_id) AS session_key
FROM ranked AS r
WHERE r.nth = 1;
