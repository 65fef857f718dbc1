-- One row per change of an account's state, by its owner (the event's user) or by an administrator (users/{user} in the path).
WITH event AS MATERIALIZED (
    SELECT r.record_no, r.s, r.issuer, r.options, keycloak_event(r.s) AS e FROM record AS r
)
SELECT v.record_no,
       nz(v.s.id) AS native_id,
       keycloak_time(v.s, v.options['zone']) AS event_time,
       keycloak_raw_time(v.s) AS event_time_raw,
       COALESCE(v.issuer, v.e.realm, v.e.realm_id) AS issuer,
       norm_id(CASE WHEN v.e.operation IS NULL THEN v.e.who ELSE regexp_extract(v.e.path, '^users/([^/]+)', 1) END) AS account_id,
       norm_id(COALESCE(v.e.new_name, TRY(v.s.representation ->> '$.username'), v.e.username)) AS account_name,
       keycloak_change(v.e, v.s.representation) AS operation,
       CASE WHEN v.e.old_name <> v.e.new_name THEN norm_id(v.e.old_name) END AS old_name,
       v.e.who AS actor_id
FROM event AS v
WHERE keycloak_kind(v.e) = 'account'
