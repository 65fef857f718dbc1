-- Which person a login is, where the record says so itself: the name by which the actor signed in by SAML. Two rows, one
-- for the login and one for its number, which outlasts a change of the login.
WITH said AS (
    SELECT r.record_no, r.issuer, r.observed_at, r.s.external_identity_nameid AS name_id,
           UNNEST([{'kind': 'github_login', 'alias': norm_id(r.s.actor)}, {'kind': 'github_id', 'alias': nz(r.s.actor_id)}]) AS a
    FROM record AS r
    WHERE contains(r.s.external_identity_nameid, '@') AND NOT github_by_agent(r.s)
)
SELECT s.record_no,
       concat_ws('/', s.a.kind, s.a.alias, norm_id(s.name_id)) AS native_id,
       s.observed_at AS event_time,
       s.a.kind AS alias_type,
       COALESCE(s.issuer, 'github.com') AS issuer,
       s.a.alias AS alias,
       'email' AS anchor_type,
       norm_id(s.name_id) AS anchor,
       'unknown' AS person_kind,
       'event' AS basis
FROM said AS s
WHERE s.a.alias IS NOT NULL AND s.a.alias NOT IN ('', '0')
