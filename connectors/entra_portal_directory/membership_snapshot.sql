-- One row per member of the group that evidence.yaml or the path in a ZIP names, and one without a member for a group of
-- the list of groups, which says nothing of its members.
SELECT r.record_no,
       concat_ws('/', norm_id(COALESCE(item_of(r.s._from, 'members'), r.options['group_id'])), r.account) AS native_id,
       r.observed_at AS event_time,
       r.observed_at,
       r.issuer,
       norm_id(COALESCE(item_of(r.s._from, 'members'), r.options['group_id'])) AS group_id,
       CASE WHEN item_of(r.s._from, 'members') IS NULL THEN nz(r.options['group_name']) END AS group_name,
       CASE replace(lower(COALESCE(r.s.objectType, r.s."Member type")), ' ', '') WHEN 'user' THEN 'person' WHEN 'group' THEN 'group' WHEN 'device' THEN 'device'
            WHEN 'serviceprincipal' THEN 'service' ELSE 'unknown' END AS member_kind,
       r.account AS member_id,
       r.options['members_complete'] = 'true' AS complete,
       NULL::BOOLEAN AS rule_driven
FROM record AS r
WHERE r.member
UNION ALL
SELECT r.record_no, r.account || '/', r.observed_at, r.observed_at, r.issuer, r.account,
       COALESCE(nz(r.s.displayName), nz(r.s."Display name")), 'unknown', NULL, false,
       CASE WHEN COALESCE(r.s.membershipType, r.s."Membership type") ILIKE 'dynamic%' THEN true END
FROM record AS r
WHERE r.is_group
