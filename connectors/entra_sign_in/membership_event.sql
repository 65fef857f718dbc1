-- One row per member added to a group or removed from it.
--
-- The group's id is a JSON text inside the member's changed properties (new value when added, old value when removed);
-- where it is missing, the target of type Group is taken. The order of the targets means nothing.
WITH change AS (
    SELECT r.record_no, r.s, r.issuer, r.s.properties AS p,
           r.s.properties.activityDisplayName = 'Add member to group' AS added, UNNEST(r.s.properties.targetResources) AS t,
           generate_subscripts(r.s.properties.targetResources, 1) AS place,
           list_filter(r.s.properties.targetResources, lambda x: x.type = 'Group') AS groups
    FROM record AS r
    WHERE r.s.category = 'AuditLogs'
      AND r.s.properties.activityDisplayName IN ('Add member to group', 'Remove member from group')
), named AS (
    SELECT c.*,
           list_filter(c.t.modifiedProperties, lambda m: m.displayName = 'Group.ObjectID')[1] AS id_change,
           list_filter(c.t.modifiedProperties, lambda m: m.displayName = 'Group.DisplayName')[1] AS name_change
    FROM change AS c
), member AS (
    SELECT n.*, row_number() OVER (PARTITION BY n.record_no
                                   ORDER BY (n.id_change IS NULL)::INTEGER, (n.t.type = 'Group')::INTEGER, n.place) AS rank
    FROM named AS n
)
SELECT m.record_no,
       nz(m.p.id) AS native_id,
       utc(m.p.activityDateTime) AS event_time,
       m.p.activityDateTime AS event_time_raw,
       COALESCE(nz(m.s.tenantId), m.issuer) AS issuer,
       lower(COALESCE(nz(trim(COALESCE(CASE WHEN m.added THEN m.id_change.newValue ELSE m.id_change.oldValue END,
                                       m.id_change.newValue, m.id_change.oldValue), '" ')), nz(m.groups[1].id))) AS group_id,
       COALESCE(nz(trim(COALESCE(CASE WHEN m.added THEN m.name_change.newValue ELSE m.name_change.oldValue END), '" ')),
                nz(m.groups[1].displayName)) AS group_name,
       CASE m.t.type WHEN 'User' THEN 'person' WHEN 'Group' THEN 'group' WHEN 'Device' THEN 'device'
            WHEN 'ServicePrincipal' THEN 'service' ELSE 'unknown' END AS member_kind,
       lower(nz(m.t.id)) AS member_id,
       norm_id(m.t.userPrincipalName) AS member_name,
       CASE WHEN m.added THEN 'add' ELSE 'remove' END AS operation,
       COALESCE(nz(m.p.initiatedBy.user.id), nz(m.p.initiatedBy.app.servicePrincipalId),
                nz(m.p.initiatedBy.app.displayName)) AS actor_id
FROM member AS m
WHERE m.rank = 1
