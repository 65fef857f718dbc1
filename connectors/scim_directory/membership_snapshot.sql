-- One row per direct member of a group, and one without a member for a group that was listed with none.
WITH resource AS (
    SELECT r.record_no, r.issuer, r.observed_at, UNNEST(scim_resources(r.s)) AS x FROM record AS r
), member AS (
    SELECT g.*, UNNEST(CASE WHEN len(g.x.members) > 0 THEN g.x.members ELSE [NULL] END) AS m
    FROM resource AS g
    WHERE g.x.members IS NOT NULL AND nz(g.x.userName) IS NULL
)
SELECT DISTINCT m.record_no,
       norm_id(m.x.id) || '/' || COALESCE(norm_id(m.m.value), '') AS native_id,
       m.observed_at AS event_time,
       m.observed_at,
       m.issuer,
       norm_id(m.x.id) AS group_id,
       nz(m.x.displayName) AS group_name,
       scim_kind(m.m.type, m.m."$ref") AS member_kind,
       norm_id(m.m.value) AS member_id,
       true AS complete
FROM member AS m
