-- One row per seat: who has it, in the group of the seats of its organisation. A seat may belong to a team as a whole.
SELECT r.record_no,
       concat_ws('/', 'copilot_seats', norm_id(COALESCE(nz(r.s.organization.login), nz(r.options['organization']))),
                 COALESCE(nz(r.s.assignee.id), norm_id(r.s.assignee.login)), nz(r.s.assigning_team.slug)) AS native_id,
       r.observed_at AS event_time,
       COALESCE(r.issuer, 'github.com') AS issuer,
       norm_id(concat_ws('/', 'copilot_seats', COALESCE(nz(r.s.organization.login), nz(r.options['organization'])))) AS group_id,
       'Copilot seats' || COALESCE(' of ' || COALESCE(nz(r.s.organization.login), nz(r.options['organization'])), '') AS group_name,
       CASE COALESCE(r.s.assignee.type, 'User') WHEN 'User' THEN 'person' WHEN 'Bot' THEN 'service' WHEN 'Team' THEN 'group'
            WHEN 'Organization' THEN 'group' ELSE 'unknown' END AS member_kind,
       COALESCE(nz(r.s.assignee.id), norm_id(r.s.assignee.login)) AS member_id,
       COALESCE(lower(r.options['seats_complete']) = 'true', false) AS complete,
       CASE WHEN nz(r.s.assignee.id) IS NULL AND nz(r.s.assignee.login) IS NULL THEN 'missing:assignee.id' END AS reject
FROM record AS r
WHERE r.s.assignee IS NOT NULL
