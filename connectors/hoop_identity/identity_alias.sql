-- Names of each account: the id under which the gateway keeps it, and the subject of its tokens where that is listed.
-- A key, a service account and a machine identity are services, whoever made them.
WITH account AS (
    SELECT r.record_no, r.observed_at, COALESCE(r.issuer, nz(r.s.org_id), 'hoop') AS issuer, norm_id(r.s.id) AS id,
           nz(r.s.name) AS name, CASE WHEN contains(r.s.email, '@') THEN norm_id(r.s.email) END AS email,
           norm_id(r.s.subject) AS subject,
           CASE WHEN nz(r.s.email) IS NOT NULL THEN 'unknown' ELSE 'service' END AS person_kind
    FROM record AS r
), named AS (
    SELECT a.*, 0 AS ordinal, 'gateway_user' AS alias_type, a.id AS alias FROM account AS a
    UNION ALL
    SELECT a.*, 1, 'subject', a.subject FROM account AS a WHERE a.subject IS NOT NULL
)
SELECT n.record_no,
       n.id AS native_id,
       n.ordinal,
       n.observed_at AS event_time,
       n.alias_type,
       n.issuer,
       n.alias,
       CASE WHEN n.email IS NOT NULL THEN 'email' ELSE 'gateway_user' END AS anchor_type,
       COALESCE(n.email, n.id) AS anchor,
       n.name AS display_name,
       n.person_kind,
       'snapshot' AS basis
FROM named AS n
