-- One row per member added to a group or removed from it. Where the member does not say which group, the target of type
-- Group is taken.
WITH change AS (
    SELECT r.record_no, r.s, r.done, r.who, r.issuer, r.activity = 'Add member to group' AS added,
           entra_member(r.targets) AS m, entra_target(r.targets, 'Group') AS g
    FROM record AS r
    WHERE entra_of_group(r.activity) AND r.ok
)
SELECT c.record_no,
       c.done AS event_time,
       c.s."Date (UTC)" AS event_time_raw,
       c.issuer,
       lower(COALESCE(entra_of_member(c.m, 'Group.ObjectID', c.added), c.g.id)) AS group_id,
       COALESCE(entra_of_member(c.m, 'Group.DisplayName', c.added), c.g.displayName) AS group_name,
       entra_member_kind(c.m) AS member_kind,
       lower(c.m.id) AS member_id,
       norm_id(c.m.userPrincipalName) AS member_name,
       CASE WHEN c.added THEN 'add' ELSE 'remove' END AS operation,
       entra_actor(c.who) AS actor_id
FROM change AS c
