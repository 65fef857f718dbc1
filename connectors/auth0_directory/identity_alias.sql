-- One row per name of a user: id and address. The id names the person.
WITH account AS (
    SELECT r.record_no, r.issuer, r.observed_at, UNNEST(r.users) AS u FROM record AS r
), alias AS (
    SELECT a.record_no, norm_id(a.u.user_id) AS id, 'oid' AS alias_type, norm_id(a.u.user_id) AS alias FROM account AS a
    UNION SELECT a.record_no, norm_id(a.u.user_id), 'email', norm_id(a.u.email) FROM account AS a
), person AS (
    SELECT a.*, norm_id(a.u.user_id) AS id,
           row_number() OVER (PARTITION BY a.record_no, norm_id(a.u.user_id) ORDER BY a.u.name, a.u.email) AS place
    FROM account AS a
)
SELECT k.record_no,
       k.id || '/' || k.alias_type || '/' || k.alias AS native_id,
       p.observed_at AS event_time,
       p.observed_at,
       k.alias_type,
       p.issuer,
       k.alias,
       'oid' AS anchor_type,
       k.id AS anchor,
       nz(p.u.name) AS display_name,
       'member' AS person_kind,
       'snapshot' AS basis
FROM alias AS k JOIN person AS p ON p.record_no = k.record_no AND p.id = k.id AND p.place = 1
WHERE k.alias IS NOT NULL
