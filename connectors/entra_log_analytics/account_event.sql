-- One row per change of an account's state. One update can hold several changes, each is a row of its own.
WITH told AS (
    SELECT r.record_no, r.s, r.issuer, r.done, r.initiator, r.account AS t, UNNEST(r.changes) AS k,
           generate_subscripts(r.changes, 1) AS place
    FROM record AS r
    WHERE NOT entra_of_group(r.activity) AND r.ok
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
       entra_actor(c.initiator) AS actor_id
FROM told AS c
