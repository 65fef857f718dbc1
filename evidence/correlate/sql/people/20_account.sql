-- Every account that a directory, a change event, a sign-in or a declaration names, once, by its immutable id.
-- The newest naming wins; a directory goes before an event, an event before a sign-in, a sign-in before a declaration.
CREATE OR REPLACE TABLE w_account AS
WITH seen AS (
    SELECT lower(a.anchor) AS account_id, a.issuer, a.display_name, a.person_kind,
           CASE WHEN a.basis = 'declared' THEN 4 ELSE 1 END AS basis_rank, coalesce(a.event_time, a.observed_at) AS seen
    FROM identity_alias AS a WHERE a.anchor_type = 'oid'
    UNION ALL
    SELECT lower(a.alias), a.issuer, a.display_name, a.person_kind, 4, coalesce(a.event_time, a.observed_at)
    FROM identity_alias AS a WHERE a.basis = 'declared' AND a.alias_type = 'oid'
    UNION ALL
    SELECT lower(e.account_id), e.issuer, NULL, 'unknown', 2, max(e.event_time)
    FROM account_event AS e GROUP BY lower(e.account_id), e.issuer
    UNION ALL
    SELECT n.account_id, n.issuer, n.subject_name, CASE WHEN n.is_service = 1 THEN 'service' ELSE 'unknown' END, 3,
           n.last_seen
    FROM w_sign_in_name AS n
), ranked AS (
    SELECT s.*, row_number() OVER (
        PARTITION BY s.account_id
        ORDER BY s.basis_rank, s.person_kind = 'unknown', s.seen DESC NULLS LAST, s.display_name NULLS LAST, s.issuer,
                 s.person_kind) AS nth
    FROM seen AS s
), life AS (
    SELECT lower(e.account_id) AS account_id,
           min(e.event_time) FILTER (WHERE e.operation = 'created') AS created_at,
           max(e.event_time) FILTER (WHERE e.operation = 'deleted') AS deleted_at
    FROM account_event AS e GROUP BY lower(e.account_id)
)
SELECT r.account_id, r.issuer, r.display_name, r.person_kind,
       CASE r.basis_rank WHEN 3 THEN 'sign_in_only' WHEN 4 THEN 'declared' ELSE 'directory' END AS basis,
       'oid:' || r.account_id AS node, 'p:' || r.issuer || '/' || r.account_id AS person_key,
       l.created_at, l.deleted_at
FROM ranked AS r LEFT JOIN life AS l ON l.account_id = r.account_id
WHERE r.nth = 1;
