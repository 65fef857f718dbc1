-- Whether an account was enabled at the instant of the snapshot. Without an instant nothing is said.
WITH account AS (
    SELECT r.record_no, r.s.id AS id, r.s.userPrincipalName AS upn, r.s.accountEnabled AS enabled, r.issuer, r.observed_at
    FROM record AS r WHERE r.s.users IS NULL AND r.listed_in IS NULL
    UNION ALL
    SELECT d.record_no, d.u.id, d.u.userPrincipalName, d.u.accountEnabled, d.issuer, d.seen_at
    FROM (SELECT r.record_no, UNNEST(r.s.users) AS u, COALESCE(nz(r.s.tenantId), r.issuer) AS issuer,
                 COALESCE(utc(r.s.observed_at), r.observed_at) AS seen_at FROM record AS r) AS d
)
SELECT a.record_no,
       norm_id(a.id) || '@' || spelt(a.observed_at) AS native_id,
       row_number() OVER (PARTITION BY a.record_no, a.id ORDER BY a.upn, a.enabled) - 1 AS ordinal,
       a.observed_at AS event_time,
       a.observed_at,
       a.issuer,
       norm_id(a.id) AS account_id,
       norm_id(a.upn) AS account_name,
       CASE a.enabled WHEN 'true' THEN 'seen_enabled' ELSE 'seen_disabled' END AS operation
FROM account AS a
WHERE a.observed_at IS NOT NULL AND a.enabled IN ('true', 'false')
