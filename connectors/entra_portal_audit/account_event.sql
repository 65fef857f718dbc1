-- One row per change of an account's state. One update can hold several changes, each is a row of its own.
WITH told AS (
    SELECT r.record_no, r.s, r.done, r.who, r.issuer, r.account AS t, UNNEST(r.changes) AS k,
           generate_subscripts(r.changes, 1) AS place
    FROM record AS r
    WHERE NOT entra_of_group(r.activity) AND r.ok
)
SELECT c.record_no,
       c.place - 1 AS ordinal,
       c.done AS event_time,
       c.s."Date (UTC)" AS event_time_raw,
       c.issuer,
       lower(c.t.id) AS account_id,
       norm_id(COALESCE(c.k.new, c.t.userPrincipalName)) AS account_name,
       c.k.op AS operation,
       norm_id(c.k.old) AS old_name,
       entra_actor(c.who) AS actor_id
FROM told AS c
