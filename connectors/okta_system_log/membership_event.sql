-- One row per member added to a group or removed from it; the order of the targets means nothing.
WITH change AS (
    SELECT r.record_no, r.s, r.issuer, okta_target(r.s.target, 'UserGroup') AS g, okta_target(r.s.target, 'User') AS m
    FROM record AS r
    WHERE r.kind = 'membership' AND r.s.outcome.result = 'SUCCESS'
)
SELECT c.record_no,
       nz(c.s.uuid) AS native_id,
       utc(c.s.published) AS event_time,
       c.s.published AS event_time_raw,
       c.issuer,
       norm_id(c.g.id) AS group_id,
       nz(c.g.displayName) AS group_name,
       'person' AS member_kind,
       norm_id(c.m.id) AS member_id,
       norm_id(c.m.alternateId) AS member_name,
       CASE WHEN c.s.eventType LIKE '%.add' THEN 'add' ELSE 'remove' END AS operation,
       nz(c.s.actor.id) AS actor_id
FROM change AS c
