-- One row per name of an account: id, user name, address. The id names the person.
WITH account AS (
    SELECT DISTINCT r.record_no, COALESCE(r.issuer, nz(r.s.realm)) AS issuer, UNNEST(keycloak_users(r.s)) AS u,
           COALESCE(utc(r.s.observed_at), r.observed_at) AS seen_at
    FROM record AS r
    WHERE r.listed_in IS NULL
), alias AS (
    SELECT a.record_no, norm_id(a.u.id) AS id, 'oid' AS alias_type, norm_id(a.u.id) AS alias FROM account AS a
    UNION SELECT a.record_no, norm_id(a.u.id), 'upn', norm_id(a.u.username) FROM account AS a
    UNION SELECT a.record_no, norm_id(a.u.id), 'email', norm_id(a.u.email) FROM account AS a
), person AS (
    SELECT a.*, norm_id(a.u.id) AS id,
           row_number() OVER (PARTITION BY a.record_no, norm_id(a.u.id) ORDER BY a.u.username, a.u.email) AS place
    FROM account AS a
)
SELECT k.record_no,
       k.id || '/' || k.alias_type || '/' || k.alias AS native_id,
       p.seen_at AS event_time,
       p.seen_at AS observed_at,
       k.alias_type,
       p.issuer,
       k.alias,
       'oid' AS anchor_type,
       k.id AS anchor,
       nz(concat_ws(' ', nz(p.u.firstName), nz(p.u.lastName))) AS display_name,
       CASE WHEN nz(p.u.serviceAccountClientId) IS NOT NULL THEN 'service' ELSE 'member' END AS person_kind,
       'snapshot' AS basis
FROM alias AS k JOIN person AS p ON p.record_no = k.record_no AND p.id = k.id AND p.place = 1
WHERE k.alias IS NOT NULL
