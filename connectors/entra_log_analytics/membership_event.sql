-- One row per member added to a group or removed from it. Where the member does not say which group, the target of type
-- Group is taken.
WITH audit AS (
    SELECT r.record_no, r.s, r.issuer, entra_targets(r.s.TargetResources) AS targets,
           COALESCE(nz(r.s.ActivityDateTime), nz(r.s."ActivityDateTime [UTC]"), nz(r.s.TimeGenerated),
                    r.s."TimeGenerated [UTC]") AS done,
           COALESCE(nz(r.s.ActivityDisplayName), r.s.OperationName) AS activity
    FROM record AS r
    WHERE nz(r.s.TargetResources) IS NOT NULL
), change AS (
    SELECT a.*, a.activity = 'Add member to group' AS added, entra_member(a.targets) AS m,
           entra_target(a.targets, 'Group') AS g
    FROM audit AS a
    WHERE entra_of_group(a.activity)
)
SELECT c.record_no,
       nz(c.s.Id) AS native_id,
       entra_portal_time(c.done) AS event_time,
       c.done AS event_time_raw,
       COALESCE(entra_tenant(c.s.AADTenantId, c.s.ResourceId), c.issuer) AS issuer,
       lower(COALESCE(entra_of_member(c.m, 'Group.ObjectID', c.added), nz(c.g.id))) AS group_id,
       COALESCE(entra_of_member(c.m, 'Group.DisplayName', c.added), nz(c.g.displayName)) AS group_name,
       entra_member_kind(c.m) AS member_kind,
       lower(nz(c.m.id)) AS member_id,
       norm_id(c.m.userPrincipalName) AS member_name,
       CASE WHEN c.added THEN 'add' ELSE 'remove' END AS operation,
       entra_actor(entra_initiator(c.s.InitiatedBy)) AS actor_id
FROM change AS c
