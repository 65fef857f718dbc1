-- One row per name of an account: object id, user name, addresses, employee number. The object id names the person.
-- Phones are no names of accounts: they are there for the scanner to look for.
WITH account AS (
    SELECT r.record_no, r.s.id AS id, r.s.userPrincipalName AS upn, r.s.mail AS mail, r.s.employeeId AS employee,
           r.s.displayName AS name, r.s.proxyAddresses AS proxies,
           list_append(r.s.businessPhones, r.s.mobilePhone) AS phones, r.issuer, r.observed_at, r.record_hash,
           CASE WHEN r.s.servicePrincipalType IS NOT NULL OR r.s."@odata.type" LIKE '%servicePrincipal' THEN 'service'
                ELSE lower(r.s.userType) END AS kind
    FROM record AS r
    WHERE r.s.id IS NOT NULL AND r.s.members IS NULL AND r.s.users IS NULL AND r.listed_in IS NULL
    UNION ALL
    SELECT d.record_no, d.u.id, d.u.userPrincipalName, d.u.mail, d.u.employeeId, d.u.displayName, d.u.proxyAddresses,
           list_append(d.u.businessPhones, d.u.mobilePhone), d.issuer, d.seen_at, d.record_hash, lower(d.u.userType)
    FROM (SELECT r.record_no, UNNEST(r.s.users) AS u, COALESCE(nz(r.s.tenantId), r.issuer) AS issuer, r.record_hash,
                 COALESCE(utc(r.s.observed_at), r.observed_at) AS seen_at FROM record AS r) AS d
), alias AS (
    SELECT a.record_no, a.id, 'oid' AS alias_type, a.id AS alias FROM account AS a
    UNION SELECT a.record_no, a.id, 'upn', a.upn FROM account AS a
    UNION SELECT a.record_no, a.id, 'email', a.mail FROM account AS a
    UNION SELECT a.record_no, a.id, 'employee_id', a.employee FROM account AS a
    UNION SELECT p.record_no, p.id, 'email', regexp_replace(p.proxy, '^smtp:', '', 'i')
    FROM (SELECT a.record_no, a.id, UNNEST(a.proxies) AS proxy FROM account AS a) AS p
    WHERE p.proxy ILIKE 'smtp:%'
    UNION SELECT a.record_no, a.id, 'phone', UNNEST(a.phones) FROM account AS a
), known AS (
    SELECT DISTINCT a.record_no, a.id, a.alias_type, norm_id(a.alias) AS alias FROM alias AS a
    WHERE norm_id(a.alias) IS NOT NULL
), person AS (
    SELECT a.record_no, a.id, a.issuer, a.observed_at, a.name, a.kind,
           row_number() OVER (PARTITION BY a.record_no, a.id ORDER BY a.name, a.upn) AS place
    FROM account AS a
)
SELECT k.record_no,
       norm_id(k.id) || '/' || k.alias_type || '/' || k.alias AS native_id,
       p.observed_at AS event_time,
       p.observed_at,
       k.alias_type,
       p.issuer,
       k.alias,
       'oid' AS anchor_type,
       norm_id(k.id) AS anchor,
       nz(p.name) AS display_name,
       CASE WHEN p.kind IN ('member', 'guest', 'service') THEN p.kind ELSE 'unknown' END AS person_kind,
       'snapshot' AS basis
FROM known AS k JOIN person AS p ON p.record_no = k.record_no AND p.id = k.id AND p.place = 1
