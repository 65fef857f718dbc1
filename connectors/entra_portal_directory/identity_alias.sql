-- One row per name of an account: object id, user name, address, employee number. The object id names the person. Phones are
-- no names of accounts: they are there for the scanner to look for.
WITH account AS (
    SELECT r.record_no, r.account AS id, r.issuer, r.observed_at, nz(r.s.displayName) AS name, lower(r.s.userType) AS kind,
           UNNEST([{kind: 'oid', name: r.account}, {kind: 'upn', name: r.s.userPrincipalName}, {kind: 'email', name: r.s.mail},
                   {kind: 'employee_id', name: r.s.employeeId}, {kind: 'phone', name: r.s.telephoneNumber},
                   {kind: 'phone', name: COALESCE(nz(r.s.mobilePhone), r.s.mobile)}]) AS alias
    FROM record AS r
    WHERE NOT r.member AND NOT r.is_group
)
SELECT DISTINCT a.record_no,
       a.id || '/' || a.alias.kind || '/' || norm_id(a.alias.name) AS native_id,
       a.observed_at AS event_time,
       a.observed_at,
       a.alias.kind AS alias_type,
       a.issuer,
       norm_id(a.alias.name) AS alias,
       'oid' AS anchor_type,
       a.id AS anchor,
       a.name AS display_name,
       CASE WHEN a.kind IN ('member', 'guest') THEN a.kind ELSE 'unknown' END AS person_kind,
       'snapshot' AS basis
FROM account AS a
WHERE norm_id(a.alias.name) IS NOT NULL
