-- One row per change of an account's state. A lock stands for a disabled account until it is unlocked.
SELECT r.record_no,
       nz(r.s.id) AS native_id,
       utc(r.s.created_at) AS event_time,
       r.s.created_at AS event_time_raw,
       COALESCE(r.issuer, nz(r.s.account_id)) AS issuer,
       nz(r.s.user_id) AS account_id,
       CASE WHEN contains(r.s.user_name, '@') THEN norm_id(r.s.user_name) END AS account_name,
       r.change AS operation,
       COALESCE(nz(r.s.actor_user_id), nz(r.s.actor_system)) AS actor_id
FROM record AS r
WHERE r.change IS NOT NULL
