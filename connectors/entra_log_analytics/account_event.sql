-- One row per change of an account's state. One update can hold several changes, each is a row of its own.
WITH audit AS (
    SELECT r.record_no, r.s, r.issuer, entra_target(entra_targets(r.s.TargetResources), 'User') AS t,
           COALESCE(nz(r.s.ActivityDateTime), nz(r.s."ActivityDateTime [UTC]"), nz(r.s.TimeGenerated),
                    r.s."TimeGenerated [UTC]") AS done,
           COALESCE(nz(r.s.ActivityDisplayName), r.s.OperationName) AS activity
    FROM record AS r
    WHERE nz(r.s.TargetResources) IS NOT NULL
), told AS (
    SELECT a.*, UNNEST(entra_changes(a.activity, a.t)) AS k,
           generate_subscripts(entra_changes(a.activity, a.t), 1) AS place
    FROM audit AS a
    WHERE NOT entra_of_group(a.activity)
)
SELECT c.record_no,
       nz(c.s.Id) AS native_id,
       c.place - 1 AS ordinal,
       entra_portal_time(c.done) AS event_time,
       c.done AS event_time_raw,
       COALESCE(entra_tenant(c.s.AADTenantId, c.s.ResourceId), c.issuer) AS issuer,
       lower(nz(c.t.id)) AS account_id,
       norm_id(COALESCE(c.k.new, c.t.userPrincipalName)) AS account_name,
       c.k.op AS operation,
       norm_id(c.k.old) AS old_name,
       entra_actor(entra_initiator(c.s.InitiatedBy)) AS actor_id
FROM told AS c
