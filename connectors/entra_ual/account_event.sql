-- One row per change of an account's state. One update can hold several changes, each is a row of its own.
WITH told AS (
    SELECT r.record_no, r.issuer, r.u, r.t, UNNEST(r.changes) AS k, generate_subscripts(r.changes, 1) AS place
    FROM record AS r
    WHERE NOT entra_of_group(r.activity) AND r.ok
)
SELECT c.record_no,
       nz(c.u.Id) AS native_id,
       c.place - 1 AS ordinal,
       COALESCE(utc(c.u.CreationTime), naive_utc(c.u.CreationTime)) AS event_time,
       c.u.CreationTime AS event_time_raw,
       COALESCE(nz(c.u.OrganizationId), c.issuer) AS issuer,
       lower(nz(c.t.id)) AS account_id,
       norm_id(COALESCE(c.k.new, c.t.userPrincipalName)) AS account_name,
       c.k.op AS operation,
       norm_id(c.k.old) AS old_name,
       COALESCE(ual_id(c.u.Actor), ual_name(c.u.Actor, '1')) AS actor_id
FROM told AS c
