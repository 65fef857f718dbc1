-- From when to when an alias stood for an account: open to each side until the nearest sight of the account at which
-- the alias was not there. A lone snapshot therefore gives an open interval, basis snapshot_only. What the source
-- itself says (valid_from, valid_to) goes first.
CREATE OR REPLACE TABLE w_alias_interval AS
WITH span AS (
    SELECT s.account_id, s.alias_type, s.issuer, s.alias, s.origin, min(s.seen) AS first_seen, max(s.seen) AS last_seen,
           min(s.valid_from) AS said_from, max(s.valid_to) AS said_to, min(s.basis) AS basis
    FROM w_alias_seen AS s
    GROUP BY s.account_id, s.alias_type, s.issuer, s.alias, s.origin
), instant AS (
    SELECT DISTINCT s.account_id, s.alias_type, s.origin, s.seen FROM w_alias_seen AS s WHERE s.seen IS NOT NULL
), bounded AS (
    SELECT p.account_id, p.alias_type, p.issuer, p.alias, p.origin, p.said_from, p.said_to, p.basis,
           max(i.seen) FILTER (WHERE i.seen < p.first_seen) AS absent_before,
           min(i.seen) FILTER (WHERE i.seen > p.last_seen) AS absent_after
    FROM span AS p
    LEFT JOIN instant AS i
        ON i.account_id = p.account_id AND i.alias_type = p.alias_type AND i.origin = p.origin
    GROUP BY p.account_id, p.alias_type, p.issuer, p.alias, p.origin, p.said_from, p.said_to, p.basis
)
SELECT b.account_id, b.alias_type, b.issuer, b.alias,
       coalesce(b.said_from, b.absent_before, open_from()) AS valid_from,
       coalesce(b.said_to, b.absent_after, open_to()) AS valid_to,
       CASE WHEN b.basis = 'event' THEN 'event'
            WHEN coalesce(b.said_from, b.absent_before) IS NULL AND coalesce(b.said_to, b.absent_after) IS NULL
            THEN 'snapshot_only' ELSE 'snapshot' END AS basis
FROM bounded AS b
UNION ALL
SELECT a.account_id, 'oid', a.issuer, a.account_id, open_from(), open_to(),
       CASE WHEN a.basis = 'declared' THEN 'declared' WHEN a.basis = 'sign_in_only' THEN 'event' ELSE 'snapshot' END
FROM w_account AS a;
