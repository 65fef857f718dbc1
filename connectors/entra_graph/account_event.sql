-- One row per change of an account's state. One update can hold several changes, each is a row of its own.
WITH change AS (
    SELECT r.record_no, r.s, r.issuer, entra_target(r.s.targetResources, 'User') AS t
    FROM record AS r
    WHERE r.s.activityDateTime IS NOT NULL AND NOT entra_of_group(r.s.activityDisplayName)
), told AS (
    SELECT c.*, UNNEST(entra_changes(c.s.activityDisplayName, c.t)) AS k,
           generate_subscripts(entra_changes(c.s.activityDisplayName, c.t), 1) AS place
    FROM change AS c
)
SELECT c.record_no,
       nz(c.s.id) AS native_id,
       c.place - 1 AS ordinal,
       utc(c.s.activityDateTime) AS event_time,
       c.s.activityDateTime AS event_time_raw,
       c.issuer,
       lower(nz(c.t.id)) AS account_id,
       norm_id(COALESCE(c.k.new, c.t.userPrincipalName)) AS account_name,
       c.k.op AS operation,
       norm_id(c.k.old) AS old_name,
       entra_actor(c.s.initiatedBy) AS actor_id
FROM told AS c
