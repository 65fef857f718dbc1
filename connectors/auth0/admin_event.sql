-- One row per call of the management API, also by the dashboard; who made it, a person or an application, is in the token.
SELECT r.record_no,
       r.e.id AS native_id,
       utc(r.e.date) AS event_time,
       r.e.date AS event_time_raw,
       COALESCE(r.e.actor, r.e.who, r.e.client) AS actor,
       CASE WHEN contains(r.e.actor_email, '@') THEN norm_id(r.e.actor_email) END AS actor_email,
       CASE WHEN auth0_change(r.e) = 'enabled' THEN 'enable' WHEN auth0_change(r.e) = 'disabled' THEN 'disable'
            WHEN r.e.method = 'get' OR r.e.type = 'mgmt_api_read' THEN 'read' WHEN r.e.method = 'post' THEN 'create'
            WHEN r.e.method IN ('put', 'patch') THEN 'update' WHEN r.e.method = 'delete' THEN 'delete' ELSE 'other' END AS action,
       COALESCE(r.e.description, nz(regexp_extract(r.e.path, '/v2/([^/]+)', 1))) AS object_type,
       r.e.path AS object_id,
       CASE WHEN r.e.type = 'fapi' OR NOT auth0_went(r.e) THEN 'failure' ELSE 'success' END AS outcome,
       bare_ip(r.e.ip) AS client_ip
FROM record AS r
WHERE r.deed
