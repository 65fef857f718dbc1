-- One row per name of an account: id, user name, addresses, external id, employee number. The id names the person.
WITH account AS (
    SELECT DISTINCT u.record_no, u.issuer, u.observed_at, u.x FROM (
        SELECT r.record_no, r.issuer, r.observed_at, UNNEST(scim_resources(r.s)) AS x FROM record AS r) AS u
    WHERE nz(u.x.userName) IS NOT NULL
), alias AS (
    SELECT a.record_no, a.x.id AS id, 'oid' AS alias_type, a.x.id AS alias FROM account AS a
    UNION SELECT a.record_no, a.x.id, 'upn', a.x.userName FROM account AS a
    UNION SELECT a.record_no, a.x.id, 'external_id', a.x.externalId FROM account AS a
    UNION SELECT a.record_no, a.x.id, 'employee_id',
          a.x."urn:ietf:params:scim:schemas:extension:enterprise:2.0:User".employeeNumber FROM account AS a
    UNION SELECT e.record_no, e.id, 'email', e.e.value
    FROM (SELECT a.record_no, a.x.id AS id, UNNEST(a.x.emails) AS e FROM account AS a) AS e
), known AS (
    SELECT DISTINCT a.record_no, norm_id(a.id) AS id, a.alias_type, norm_id(a.alias) AS alias FROM alias AS a
    WHERE norm_id(a.alias) IS NOT NULL AND norm_id(a.id) IS NOT NULL
), person AS (
    SELECT a.record_no, norm_id(a.x.id) AS id, a.issuer, a.observed_at, nz(a.x.displayName) AS name,
           lower(a.x.userType) AS kind,
           row_number() OVER (PARTITION BY a.record_no, norm_id(a.x.id) ORDER BY a.x.userName, a.x.displayName) AS place
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
       p.name AS display_name,
       CASE WHEN p.kind IN ('member', 'guest', 'service', 'shared') THEN p.kind ELSE 'unknown' END AS person_kind,
       'snapshot' AS basis
FROM known AS k JOIN person AS p ON p.record_no = k.record_no AND p.id = k.id AND p.place = 1
