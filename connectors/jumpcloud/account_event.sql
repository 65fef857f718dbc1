-- One row per change of an account's state; one update can hold several.
WITH told AS (
    SELECT r.record_no, r.s, r.issuer, UNNEST(r.changes) AS k, generate_subscripts(r.changes, 1) - 1 AS place
    FROM record AS r
    WHERE r.kind = 'account' AND r.s.success IS DISTINCT FROM 'false'
)
SELECT t.record_no,
       nz(t.s.id) AS native_id,
       t.place AS ordinal,
       utc(t.s.timestamp) AS event_time,
       t.s.timestamp AS event_time_raw,
       COALESCE(nz(t.s.organization), t.issuer) AS issuer,
       norm_id(t.s.resource.id) AS account_id,
       norm_id(COALESCE(t.k.new, t.s.resource.username)) AS account_name,
       t.k.op AS operation,
       norm_id(t.k.old) AS old_name,
       nz(t.s.initiated_by.id) AS actor_id
FROM told AS t
