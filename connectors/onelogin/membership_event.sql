-- One row per user who got a role or lost it.
SELECT r.record_no,
       nz(r.s.id) AS native_id,
       utc(r.s.created_at) AS event_time,
       r.s.created_at AS event_time_raw,
       COALESCE(r.issuer, nz(r.s.account_id)) AS issuer,
       nz(r.s.role_id) AS group_id,
       nz(r.s.role_name) AS group_name,
       'person' AS member_kind,
       nz(r.s.user_id) AS member_id,
       r.role AS operation,
       COALESCE(nz(r.s.actor_user_id), nz(r.s.actor_system)) AS actor_id
FROM record AS r
WHERE r.role IS NOT NULL
