-- One row per member of the group that evidence.yaml names.
SELECT r.record_no,
       concat_ws('/', norm_id(r.options['group_id']), r.account) AS native_id,
       r.observed_at AS event_time,
       r.observed_at,
       r.issuer,
       norm_id(r.options['group_id']) AS group_id,
       nz(r.options['group_name']) AS group_name,
       CASE lower(r.s.objectType) WHEN 'user' THEN 'person' WHEN 'group' THEN 'group' WHEN 'device' THEN 'device'
            WHEN 'serviceprincipal' THEN 'service' ELSE 'unknown' END AS member_kind,
       r.account AS member_id,
       r.options['members_complete'] = 'true' AS complete
FROM record AS r
WHERE r.member
