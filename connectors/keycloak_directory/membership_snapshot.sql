-- One row per direct member of a group. In an export users name their groups by path; a group that no user names is empty.
-- A page of members is named by its path alone.
WITH listed AS (
    SELECT r.record_no, r.issuer, r.observed_at AS seen_at, r.s.id AS group_id, r.s.name AS name, false AS complete,
           UNNEST(CASE WHEN len(r.s.members) > 0 THEN list_transform(r.s.members, lambda m: m.id) ELSE [NULL] END) AS member_id
    FROM record AS r
    WHERE r.s.realm IS NULL AND r.s.members IS NOT NULL AND r.listed_in IS NULL
    UNION ALL
    SELECT r.record_no, r.issuer, r.observed_at, r.listed_in, NULL, false, r.s.id
    FROM record AS r
    WHERE r.listed_in IS NOT NULL
), export AS (
    SELECT r.record_no, COALESCE(r.issuer, nz(r.s.realm)) AS issuer, r.s.users AS users,
           COALESCE(utc(r.s.observed_at), r.observed_at) AS seen_at, UNNEST(keycloak_groups(r.s.groups)) AS g
    FROM record AS r
    WHERE r.s.realm IS NOT NULL
), member AS (
    SELECT l.* FROM listed AS l
    UNION ALL
    SELECT e.record_no, e.issuer, e.seen_at, e.g.id, e.g.name, e.users IS NOT NULL,
           UNNEST(CASE WHEN len(list_filter(e.users, lambda u: list_contains(u.groups, e.g.path))) > 0
                       THEN list_transform(list_filter(e.users, lambda u: list_contains(u.groups, e.g.path)), lambda u: u.id)
                       ELSE [NULL] END)
    FROM export AS e
)
SELECT DISTINCT m.record_no,
       norm_id(m.group_id) || '/' || COALESCE(norm_id(m.member_id), '') AS native_id,
       m.seen_at AS event_time,
       m.seen_at AS observed_at,
       m.issuer,
       norm_id(m.group_id) AS group_id,
       nz(m.name) AS group_name,
       'person' AS member_kind,
       norm_id(m.member_id) AS member_id,
       m.complete
FROM member AS m
