-- One row per name of an account; a group or device that is a member has none. Several addresses may stand in one field.
WITH account AS (
    SELECT r.record_no, r.account AS id, r.user_name, r.directory AS issuer, r.seen_at,
           either(r.s.email, r.mapped['email']) AS email, norm_id(either(r.s.employee_id, r.mapped['employee_id'])) AS employee,
           either(r.s.display_name, r.mapped['display_name']) AS name, lower(either(r.s.kind, r.mapped['kind'])) AS kind,
           lower(either(r.s.member_kind, r.mapped['member_kind'])) AS member_kind
    FROM record AS r
), alias AS (
    SELECT a.record_no, 'oid' AS alias_type, a.id AS alias FROM account AS a
    UNION SELECT a.record_no, 'upn', a.user_name FROM account AS a
    UNION SELECT a.record_no, 'employee_id', a.employee FROM account AS a
    UNION SELECT e.record_no, 'email', norm_id(e.address)
    FROM (SELECT a.record_no, UNNEST(regexp_split_to_array(a.email, '[;\s]+')) AS address FROM account AS a) AS e
)
SELECT a.record_no,
       a.id || '/' || k.alias_type || '/' || k.alias AS native_id,
       a.seen_at AS event_time,
       a.seen_at AS observed_at,
       k.alias_type,
       a.issuer,
       k.alias,
       'oid' AS anchor_type,
       a.id AS anchor,
       a.name AS display_name,
       CASE WHEN a.kind IN ('member', 'guest', 'service', 'shared') THEN a.kind ELSE 'unknown' END AS person_kind,
       'snapshot' AS basis
FROM alias AS k JOIN account AS a ON a.record_no = k.record_no
WHERE k.alias IS NOT NULL AND a.id IS NOT NULL AND COALESCE(a.member_kind, 'person') NOT IN ('group', 'device')
