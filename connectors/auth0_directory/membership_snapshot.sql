-- One row per user who has a role, and one without a user for a role that was listed and nobody has. A page of users is
-- named by its path alone.
WITH role AS (
    SELECT r.record_no, r.issuer, r.observed_at, COALESCE(r.listed_in, r.s.id) AS id,
           CASE WHEN r.s.members IS NOT NULL THEN r.s.name END AS name,
           UNNEST(CASE WHEN len(r.users) > 0 THEN r.users ELSE [NULL] END) AS u
    FROM record AS r
    WHERE r.listed_in IS NOT NULL OR r.s.members IS NOT NULL
)
SELECT DISTINCT m.record_no,
       norm_id(m.id) || '/' || COALESCE(norm_id(m.u.user_id), '') AS native_id,
       m.observed_at AS event_time,
       m.observed_at,
       m.issuer,
       norm_id(m.id) AS group_id,
       nz(m.name) AS group_name,
       'person' AS member_kind,
       norm_id(m.u.user_id) AS member_id,
       false AS complete
FROM role AS m
