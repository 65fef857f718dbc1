-- One row per deed of an administrator. An object that has no id of its own in the event is named by the user.
SELECT r.record_no,
       nz(r.s.id) AS native_id,
       utc(r.s.created_at) AS event_time,
       r.s.created_at AS event_time_raw,
       COALESCE(nz(r.s.actor_user_id), nz(r.s.actor_system)) AS actor,
       CASE WHEN contains(r.s.actor_user_name, '@') THEN norm_id(r.s.actor_user_name) END AS actor_email,
       split_part(r.deed, ' ', 1) AS action,
       split_part(r.deed, ' ', 2) AS object_type,
       COALESCE(nz(r.s.policy_id), nz(r.s.role_id), nz(r.s.app_id), nz(r.s.user_id)) AS object_id,
       CASE WHEN r.deed LIKE '% !' THEN 'failure' ELSE 'success' END AS outcome,
       bare_ip(r.s.ipaddr) AS client_ip
FROM record AS r
WHERE r.deed IS NOT NULL
