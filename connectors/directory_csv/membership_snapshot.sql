-- One row per line that names a group; a line without a member says that the group is empty.
WITH line AS (
    SELECT r.record_no, norm_id(either(r.s.user_id, r.mapped['user_id'])) AS id,
           norm_id(either(r.s.group_id, r.mapped['group_id'])) AS group_id,
           either(r.s.group_name, r.mapped['group_name']) AS group_name,
           lower(either(r.s.member_kind, r.mapped['member_kind'])) AS kind,
           COALESCE(either(r.s.issuer, r.mapped['issuer']), r.issuer) AS issuer, r.options['members_complete'] = 'true' AS complete,
           COALESCE(instant(either(r.s.observed_at, r.mapped['observed_at']), r.options['times'], r.options['zone']),
                    r.observed_at) AS seen_at
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
