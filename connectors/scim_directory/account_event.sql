-- Whether an account was active at the instant of the snapshot. Without an instant nothing is said.
WITH account AS (
    SELECT r.record_no, r.issuer, r.observed_at, UNNEST(scim_resources(r.s)) AS x FROM record AS r
    WHERE r.observed_at IS NOT NULL
)
SELECT a.record_no,
       norm_id(a.x.id) || '@' || spelt(a.observed_at) AS native_id,
       row_number() OVER (PARTITION BY a.record_no, norm_id(a.x.id) ORDER BY a.x.userName, a.x.active) - 1 AS ordinal,
       a.observed_at AS event_time,
       a.observed_at,
       a.issuer,
       norm_id(a.x.id) AS account_id,
       norm_id(a.x.userName) AS account_name,
       CASE lower(a.x.active) WHEN 'true' THEN 'seen_enabled' ELSE 'seen_disabled' END AS operation
FROM account AS a
WHERE lower(a.x.active) IN ('true', 'false') AND nz(a.x.userName) IS NOT NULL
