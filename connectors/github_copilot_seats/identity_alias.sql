-- The number of a user, by which usage records name him, belongs to his login, by which bills and reports do. It makes
-- no person by itself (basis event): whose the login is, the audit log or people.csv say.
SELECT r.record_no,
       concat_ws('/', 'github_id', nz(r.s.assignee.id), norm_id(r.s.assignee.login)) AS native_id,
       r.observed_at AS event_time,
       'github_id' AS alias_type,
       COALESCE(r.issuer, 'github.com') AS issuer,
       nz(r.s.assignee.id) AS alias,
       'github_login' AS anchor_type,
       norm_id(r.s.assignee.login) AS anchor,
       'unknown' AS person_kind,
       'event' AS basis
FROM record AS r
WHERE nz(r.s.assignee.id) IS NOT NULL AND nz(r.s.assignee.login) IS NOT NULL AND COALESCE(r.s.assignee.type, 'User') = 'User'
