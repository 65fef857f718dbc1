-- One row per change of an account's state, by its owner (the event's user) or by an administrator (users/{user} in the path).
SELECT r.record_no,
       nz(r.s.id) AS native_id,
       r.moment AS event_time,
       keycloak_raw_time(r.s) AS event_time_raw,
       COALESCE(r.issuer, r.e.realm, r.e.realm_id) AS issuer,
       norm_id(CASE WHEN r.e.operation IS NULL THEN r.e.who ELSE regexp_extract(r.e.path, '^users/([^/]+)', 1) END) AS account_id,
       norm_id(COALESCE(r.e.new_name, TRY(json_text(r.s.representation) ->> '$.username'), r.e.username)) AS account_name,
       r.change AS operation,
       CASE WHEN r.e.old_name <> r.e.new_name THEN norm_id(r.e.old_name) END AS old_name,
       r.e.who AS actor_id
FROM record AS r
WHERE r.kind = 'account' AND r.change IS NOT NULL AND NOT keycloak_failed(r.e)
