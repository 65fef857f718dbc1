-- One row per line that names a group; a line without a member says that the group is empty.
WITH line AS (
    SELECT r.record_no, r.account AS id, r.directory AS issuer, r.seen_at, r.options['members_complete'] = 'true' AS complete,
           norm_id(either(r.s.group_id, r.mapped['group_id'])) AS group_id,
           either(r.s.group_name, r.mapped['group_name']) AS group_name,
           lower(either(r.s.member_kind, r.mapped['member_kind'])) AS kind
    FROM record AS r
)
SELECT n.record_no,
       n.group_id || '/' || COALESCE(n.id, '') AS native_id,
       n.seen_at AS event_time,
       n.seen_at AS observed_at,
       n.issuer,
       n.group_id,
       n.group_name,
       CASE WHEN n.kind IN ('person', 'group', 'device', 'service') THEN n.kind WHEN n.kind IS NULL OR n.kind = 'user'
            THEN 'person' ELSE 'unknown' END AS member_kind,
       n.id AS member_id,
       n.complete
FROM line AS n
WHERE n.group_id IS NOT NULL
