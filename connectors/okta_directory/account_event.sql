-- Whether an account could sign in at the instant of the snapshot: locked out, or with a password to be renewed, it is an
-- account in use all the same. Without an instant nothing is said.
WITH account AS (
    SELECT r.record_no, r.s.id AS id, r.s.profile.login AS login, r.s.status AS status, r.issuer, r.observed_at
    FROM record AS r WHERE r.s.objectClass IS NULL AND r.s.users IS NULL AND r.s.groups IS NULL
      AND r.s.actions IS NULL AND r.listed_in IS NULL
    UNION ALL
    SELECT d.record_no, d.u.id, d.u.profile.login, d.u.status, d.issuer, d.seen_at
    FROM (SELECT r.record_no, UNNEST(r.s.users) AS u, COALESCE(nz(r.s.issuer), r.issuer) AS issuer,
                 COALESCE(utc(r.s.observed_at), r.observed_at) AS seen_at FROM record AS r) AS d
)
SELECT a.record_no,
       norm_id(a.id) || '@' || spelt(a.observed_at) AS native_id,
       row_number() OVER (PARTITION BY a.record_no, norm_id(a.id) ORDER BY a.login, a.status) - 1 AS ordinal,
       a.observed_at AS event_time,
       a.observed_at,
       a.issuer,
       norm_id(a.id) AS account_id,
       norm_id(a.login) AS account_name,
       CASE WHEN a.status IN ('ACTIVE', 'PASSWORD_EXPIRED', 'LOCKED_OUT', 'RECOVERY') THEN 'seen_enabled'
            ELSE 'seen_disabled' END AS operation
FROM account AS a
WHERE a.observed_at IS NOT NULL
  AND a.status IN ('ACTIVE', 'PASSWORD_EXPIRED', 'LOCKED_OUT', 'RECOVERY', 'SUSPENDED', 'DEPROVISIONED', 'STAGED', 'PROVISIONED')
