-- One row per direct member of a group, and one without a member for a group that was listed and empty. A group whose
-- members a rule decides says so. A page of members is named by its path alone.
WITH listed AS (
    SELECT r.record_no, r.s.id AS group_id, r.s.displayName AS name, r.s.members AS members, r.issuer, r.observed_at,
           nz(r.s."members@odata.nextLink") IS NULL
               AND (len(r.s.members) <> 20 OR COALESCE(r.options['members_complete'] = 'true', false)) AS complete,
           COALESCE(list_contains(r.s.groupTypes, 'DynamicMembership'), false) OR nz(r.s.membershipRule) IS NOT NULL AS dynamic
    FROM record AS r WHERE r.s.members IS NOT NULL AND r.listed_in IS NULL
    UNION ALL
    SELECT r.record_no, r.listed_in, NULL, [{'@odata.type': r.s."@odata.type", id: r.s.id}], r.issuer, r.observed_at,
           false, false
    FROM record AS r WHERE r.listed_in IS NOT NULL
    UNION ALL
    SELECT d.record_no, d.g.id, d.g.displayName, COALESCE(d.g.members, []), d.issuer, d.seen_at, d.complete,
           COALESCE(list_contains(d.g.groupTypes, 'DynamicMembership'), false) OR nz(d.g.membershipRule) IS NOT NULL
    FROM (SELECT r.record_no, UNNEST(r.s.groups) AS g, COALESCE(nz(r.s.tenantId), r.issuer) AS issuer,
                 COALESCE(utc(r.s.observed_at), r.observed_at) AS seen_at,
                 COALESCE(r.s.complete = 'true', false) AS complete FROM record AS r) AS d
), member AS (
    SELECT l.*, UNNEST(CASE WHEN len(l.members) > 0 THEN l.members ELSE [NULL] END) AS m FROM listed AS l
)
SELECT DISTINCT m.record_no,
       norm_id(m.group_id) || '/' || COALESCE(norm_id(m.m.id), '') AS native_id,
       m.observed_at AS event_time,
       m.observed_at,
       m.issuer,
       norm_id(m.group_id) AS group_id,
       nz(m.name) AS group_name,
       CASE lower(regexp_replace(COALESCE(m.m."@odata.type", ''), '^#microsoft\.graph\.', ''))
            WHEN 'user' THEN 'person' WHEN 'group' THEN 'group' WHEN 'device' THEN 'device'
            WHEN 'serviceprincipal' THEN 'service' ELSE 'unknown' END AS member_kind,
       norm_id(m.m.id) AS member_id,
       m.complete,
       CASE WHEN m.dynamic THEN true END AS rule_driven
FROM member AS m
