-- One row per user tied to a group of users or parted from it.
SELECT r.record_no,
       nz(r.s.id) AS native_id,
       utc(r.s.timestamp) AS event_time,
       r.s.timestamp AS event_time_raw,
       COALESCE(nz(r.s.organization), r.issuer) AS issuer,
       norm_id((jumpcloud_side(r.s, 'user_group')).object_id) AS group_id,
       nz((jumpcloud_side(r.s, 'user_group')).name) AS group_name,
       'person' AS member_kind,
       norm_id((jumpcloud_side(r.s, 'user')).object_id) AS member_id,
       norm_id((jumpcloud_side(r.s, 'user')).name) AS member_name,
       CASE WHEN r.s.association.op IN ('add', 'create') THEN 'add' WHEN r.s.association.op IN ('remove', 'delete') THEN 'remove' END
           AS operation,
       nz(r.s.initiated_by.id) AS actor_id
FROM record AS r
WHERE r.kind = 'membership' AND r.s.success IS DISTINCT FROM 'false'
