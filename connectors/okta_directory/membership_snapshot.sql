-- One row per direct member of a group, and one without a member for a group that was listed and empty, or that an
-- active rule fills. A page of members is named by its path alone.
WITH listed AS (
    SELECT r.record_no, r.s.id AS group_id, r.s.profile.name AS name, r.s.members AS members, r.issuer, r.observed_at,
           false AS complete
    FROM record AS r WHERE r.s.members IS NOT NULL AND r.s.groups IS NULL AND r.listed_in IS NULL
    UNION ALL
    SELECT r.record_no, r.listed_in, NULL, [{id: r.s.id}], r.issuer, r.observed_at, false
    FROM record AS r WHERE r.listed_in IS NOT NULL
    UNION ALL
    SELECT d.record_no, d.g.id, d.g.profile.name, d.g.members, d.issuer, d.seen_at, d.complete
    FROM (SELECT r.record_no, UNNEST(r.s.groups) AS g, COALESCE(nz(r.s.issuer), r.issuer) AS issuer,
                 COALESCE(utc(r.s.observed_at), r.observed_at) AS seen_at,
                 COALESCE(r.s.complete = 'true', false) AS complete FROM record AS r) AS d
    WHERE d.g.members IS NOT NULL
), rule AS (
    SELECT r.record_no, r.s.id AS id, UNNEST(r.s.actions.assignUserToGroups.groupIds) AS group_id, r.issuer, r.observed_at AS seen_at
    FROM record AS r WHERE r.s.type = 'group_rule' AND r.s.status = 'ACTIVE'
    UNION ALL
    SELECT d.record_no, d.u.id, UNNEST(d.u.actions.assignUserToGroups.groupIds), d.issuer, d.seen_at
    FROM (SELECT r.record_no, UNNEST(r.s.rules) AS u, COALESCE(nz(r.s.issuer), r.issuer) AS issuer,
                 COALESCE(utc(r.s.observed_at), r.observed_at) AS seen_at FROM record AS r) AS d
    WHERE d.u.status = 'ACTIVE'
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
       'person' AS member_kind,
       norm_id(m.m.id) AS member_id,
       m.complete,
       CAST(NULL AS BOOLEAN) AS rule_driven
FROM member AS m
UNION ALL
SELECT DISTINCT u.record_no,
       'rule/' || u.id || '/' || norm_id(u.group_id),
       u.seen_at,
       u.seen_at,
       u.issuer,
       norm_id(u.group_id),
       NULL,
       'unknown',
       NULL,
       false,
       true
FROM rule AS u
