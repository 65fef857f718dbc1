-- One row per name of an account: id, login, addresses, employee number. The id names the person.
WITH account AS (
    SELECT r.record_no, r.s.id AS id, r.s.profile.login AS login, r.s.profile.email AS email, r.s.profile.secondEmail AS second,
           r.s.profile.employeeNumber AS employee, r.issuer, r.observed_at,
           COALESCE(nz(r.s.profile.displayName), nz(concat_ws(' ', r.s.profile.firstName, r.s.profile.lastName))) AS name
    FROM record AS r
    WHERE r.s.objectClass IS NULL AND r.s.users IS NULL AND r.s.groups IS NULL
      AND r.s.actions IS NULL AND r.listed_in IS NULL
    UNION ALL
    SELECT d.record_no, d.u.id, d.u.profile.login, d.u.profile.email, d.u.profile.secondEmail, d.u.profile.employeeNumber,
           d.issuer, d.seen_at,
           COALESCE(nz(d.u.profile.displayName), nz(concat_ws(' ', d.u.profile.firstName, d.u.profile.lastName)))
    FROM (SELECT r.record_no, UNNEST(r.s.users) AS u, COALESCE(nz(r.s.issuer), r.issuer) AS issuer,
                 COALESCE(utc(r.s.observed_at), r.observed_at) AS seen_at FROM record AS r) AS d
), alias AS (
    SELECT a.record_no, a.id, 'oid' AS alias_type, a.id AS alias FROM account AS a
    UNION SELECT a.record_no, a.id, 'upn', a.login FROM account AS a
    UNION SELECT a.record_no, a.id, 'email', a.email FROM account AS a
    UNION SELECT a.record_no, a.id, 'email', a.second FROM account AS a
    UNION SELECT a.record_no, a.id, 'employee_id', a.employee FROM account AS a
), known AS (
    SELECT DISTINCT a.record_no, norm_id(a.id) AS id, a.alias_type, norm_id(a.alias) AS alias FROM alias AS a
    WHERE norm_id(a.alias) IS NOT NULL
), person AS (
    SELECT a.record_no, norm_id(a.id) AS id, a.issuer, a.observed_at, a.name,
           row_number() OVER (PARTITION BY a.record_no, norm_id(a.id) ORDER BY a.name, a.login) AS place
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
       'member' AS person_kind,
       'snapshot' AS basis
FROM known AS k JOIN person AS p ON p.record_no = k.record_no AND p.id = k.id AND p.place = 1
