-- One row per change of an account's state: made, removed, enabled, disabled, renamed, sessions revoked.
--
-- Values are JSON texts such as ["a@b"] or [true]. One update can hold several changes, each is a row of its own.
WITH change AS (
    SELECT r.record_no, r.s, r.issuer, r.s.properties AS p, r.s.properties.activityDisplayName AS activity,
           list_filter(r.s.properties.targetResources, lambda x: x.type = 'User')[1] AS t
    FROM record AS r
    WHERE r.s.category = 'AuditLogs' AND r.s.properties.activityDisplayName NOT LIKE '%member%group'
), property AS (
    SELECT c.record_no, m.displayName AS name, trim(m.oldValue, '[]" ') AS old, trim(m.newValue, '[]" ') AS new
    FROM (SELECT c.record_no, UNNEST(c.t.modifiedProperties) AS m FROM change AS c) AS c
), told AS (
    SELECT c.record_no, CASE WHEN c.activity = 'Add user' THEN 'created'
               WHEN c.activity IN ('Delete user', 'Hard Delete user') THEN 'deleted'
               WHEN c.activity = 'Disable account' THEN 'disabled'
               WHEN c.activity IN ('Enable account', 'Restore user') THEN 'enabled'
               WHEN c.activity = 'Update StsRefreshTokenValidFrom Timestamp' THEN 'sessions_revoked' END AS operation,
           NULL AS old_name, NULL AS new_name
    FROM change AS c
    UNION
    SELECT p.record_no, CASE WHEN p.name = 'AccountEnabled' AND p.new = 'true' THEN 'enabled'
               WHEN p.name = 'AccountEnabled' AND p.new = 'false' THEN 'disabled'
               WHEN p.name = 'UserPrincipalName' THEN 'renamed'
               WHEN p.name = 'StsRefreshTokensValidFrom' THEN 'sessions_revoked' END,
           CASE WHEN p.name = 'UserPrincipalName' THEN p.old END, CASE WHEN p.name = 'UserPrincipalName' THEN p.new END
    FROM property AS p JOIN change AS c ON c.record_no = p.record_no
    WHERE c.activity = 'Update user' OR (c.activity = 'Add user' AND p.name = 'AccountEnabled' AND p.new = 'false')
)
SELECT c.record_no,
       nz(c.p.id) AS native_id,
       row_number() OVER (PARTITION BY c.record_no ORDER BY k.operation, k.old_name, k.new_name) - 1 AS ordinal,
       utc(c.p.activityDateTime) AS event_time,
       c.p.activityDateTime AS event_time_raw,
       COALESCE(nz(c.s.tenantId), c.issuer) AS issuer,
       lower(nz(c.t.id)) AS account_id,
       norm_id(COALESCE(k.new_name, c.t.userPrincipalName)) AS account_name,
       k.operation,
       norm_id(k.old_name) AS old_name,
       COALESCE(nz(c.p.initiatedBy.user.id), nz(c.p.initiatedBy.app.servicePrincipalId),
                nz(c.p.initiatedBy.app.displayName)) AS actor_id
FROM told AS k JOIN change AS c ON c.record_no = k.record_no
WHERE k.operation IS NOT NULL
