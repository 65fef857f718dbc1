-- Whether an account was enabled at the instant of the snapshot. Without an instant nothing is said.
WITH account AS (
    SELECT r.record_no, COALESCE(r.issuer, nz(r.s.realm)) AS issuer, UNNEST(keycloak_users(r.s)) AS u,
           COALESCE(utc(r.s.observed_at), r.observed_at) AS seen_at
    FROM record AS r
    WHERE r.listed_in IS NULL
)
SELECT a.record_no,
       norm_id(a.u.id) || '@' || spelt(a.seen_at) AS native_id,
       row_number() OVER (PARTITION BY a.record_no, norm_id(a.u.id) ORDER BY a.u.username, a.u.enabled) - 1 AS ordinal,
       a.seen_at AS event_time,
       a.seen_at AS observed_at,
       a.issuer,
       norm_id(a.u.id) AS account_id,
       norm_id(a.u.username) AS account_name,
       CASE a.u.enabled WHEN 'true' THEN 'seen_enabled' ELSE 'seen_disabled' END AS operation
FROM account AS a
WHERE a.seen_at IS NOT NULL AND a.u.enabled IN ('true', 'false')
