-- One row per change of an account's state, by its address. A rename names the old address and gives the new value.
WITH event AS (
    SELECT r.record_no, r.s, r.issuer, UNNEST(r.events) AS e, generate_subscripts(r.events, 1) - 1 AS place
    FROM record AS r
), told AS (
    SELECT v.*, google_operation(v.e.name) AS operation, norm_id(google_value(v.e, 'user_email')) AS old,
           CASE WHEN v.e.name = 'rename_user' THEN norm_id(google_value(v.e, 'new_value')) END AS new
    FROM event AS v
    WHERE google_kind(v.s.id.applicationName, v.e.name) = 'account'
)
SELECT t.record_no,
       nz(concat_ws('/', spelt(utc(t.s.id.time)), nz(t.s.id.uniqueQualifier))) AS native_id,
       t.place AS ordinal,
       utc(t.s.id.time) AS event_time,
       t.s.id.time AS event_time_raw,
       COALESCE(t.issuer, nz(t.s.id.customerId)) AS issuer,
       COALESCE(t.new, t.old) AS account_id,
       COALESCE(t.new, t.old) AS account_name,
       t.operation,
       CASE WHEN t.operation = 'renamed' THEN t.old END AS old_name,
       norm_id(t.s.actor.email) AS actor_id
FROM told AS t
