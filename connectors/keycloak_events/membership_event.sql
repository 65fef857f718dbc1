-- One row per member added to a group or removed from it, by an administrator; the path is users/{user}/groups/{group}.
SELECT r.record_no,
       nz(r.s.id) AS native_id,
       r.moment AS event_time,
       keycloak_raw_time(r.s) AS event_time_raw,
       COALESCE(r.issuer, r.e.realm, r.e.realm_id) AS issuer,
       norm_id(regexp_extract(r.e.path, '^users/[^/]+/groups/([^/]+)$', 1)) AS group_id,
       nz(TRY(json_text(r.s.representation) ->> '$.name')) AS group_name,
       'person' AS member_kind,
       norm_id(regexp_extract(r.e.path, '^users/([^/]+)/groups/', 1)) AS member_id,
       CASE r.e.operation WHEN 'CREATE' THEN 'add' WHEN 'DELETE' THEN 'remove' END AS operation,
       r.e.who AS actor_id
FROM record AS r
WHERE r.kind = 'membership' AND NOT keycloak_failed(r.e)
