-- One row per change of an account's state: made, removed, enabled, disabled, renamed, sessions revoked. One update can
-- hold several changes, each is a row of its own.
WITH change AS (
    SELECT r.record_no, r.s, r.issuer, r.s.properties AS p, entra_target(r.s.properties.targetResources, 'User') AS t
    FROM record AS r
    WHERE r.s.category = 'AuditLogs' AND NOT entra_of_group(r.s.properties.activityDisplayName)
), told AS (
    SELECT c.*, UNNEST(entra_changes(c.p.activityDisplayName, c.t)) AS k,
           generate_subscripts(entra_changes(c.p.activityDisplayName, c.t), 1) AS place
    FROM change AS c
)
SELECT c.record_no,
       nz(c.p.id) AS native_id,
       c.place - 1 AS ordinal,
       utc(c.p.activityDateTime) AS event_time,
       c.p.activityDateTime AS event_time_raw,
       COALESCE(nz(c.s.tenantId), c.issuer) AS issuer,
       lower(nz(c.t.id)) AS account_id,
       norm_id(COALESCE(c.k.new, c.t.userPrincipalName)) AS account_name,
       c.k.op AS operation,
       norm_id(c.k.old) AS old_name,
       entra_actor(c.p.initiatedBy) AS actor_id
FROM told AS c
