-- One row per member added to a group or removed from it; the group stands in the changed properties alone.
WITH member AS (
    SELECT r.record_no, r.issuer, r.u, r.t AS m, r.activity = 'Add member to group' AS added
    FROM record AS r
    WHERE entra_of_group(r.activity) AND r.ok
)
SELECT c.record_no,
       nz(c.u.Id) AS native_id,
       COALESCE(utc(c.u.CreationTime), naive_utc(c.u.CreationTime)) AS event_time,
       c.u.CreationTime AS event_time_raw,
       COALESCE(nz(c.u.OrganizationId), c.issuer) AS issuer,
       lower(entra_of_member(c.m, 'Group.ObjectID', c.added)) AS group_id,
       entra_of_member(c.m, 'Group.DisplayName', c.added) AS group_name,
       entra_member_kind(c.m) AS member_kind,
       lower(nz(c.m.id)) AS member_id,
       norm_id(c.m.userPrincipalName) AS member_name,
       CASE WHEN c.added THEN 'add' ELSE 'remove' END AS operation,
       COALESCE(ual_id(c.u.Actor), ual_name(c.u.Actor, '1')) AS actor_id
FROM member AS c
