-- One row per member added to a group or removed from it, by an administrator; the path is users/{user}/groups/{group}.
WITH event AS MATERIALIZED (
    SELECT r.record_no, r.s, r.issuer, r.options, keycloak_event(r.s) AS e FROM record AS r
)
SELECT v.record_no,
       nz(v.s.id) AS native_id,
       keycloak_time(v.s, v.options['zone']) AS event_time,
       keycloak_raw_time(v.s) AS event_time_raw,
       COALESCE(v.issuer, v.e.realm, v.e.realm_id) AS issuer,
       norm_id(regexp_extract(v.e.path, '^users/[^/]+/groups/([^/]+)$', 1)) AS group_id,
       nz(TRY(v.s.representation ->> '$.name')) AS group_name,
       'person' AS member_kind,
       norm_id(regexp_extract(v.e.path, '^users/([^/]+)/groups/', 1)) AS member_id,
       CASE v.e.operation WHEN 'CREATE' THEN 'add' WHEN 'DELETE' THEN 'remove' END AS operation,
       v.e.who AS actor_id
FROM event AS v
WHERE keycloak_kind(v.e) = 'membership'
