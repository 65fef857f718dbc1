-- Whose an account of the workspace is, as its profile says; it makes no person by itself (basis event).
SELECT r.record_no,
       'account/' || r.s.id AS native_id,
       r.observed_at AS event_time,
       'subject' AS alias_type,
       COALESCE(nz(r.s.team_id), r.issuer, 'slack') AS issuer,
       norm_id(r.s.id) AS alias,
       'email' AS anchor_type,
       norm_id(r.s.profile.email) AS anchor,
       CASE WHEN r.s.is_bot = 'true' THEN 'service' ELSE 'unknown' END AS person_kind,
       'event' AS basis
FROM record AS r
WHERE r.s.ts IS NULL AND contains(r.s.profile.email, '@')
