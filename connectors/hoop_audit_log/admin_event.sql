-- One row per entry. Where the gateway does not say how it ended, the HTTP status does. The path without its query is
-- the object: it names the one that was touched.
SELECT r.record_no,
       r.s.id AS native_id,
       utc(r.s.created_at) AS event_time,
       r.s.created_at AS event_time_raw,
       nz(r.s.actor_subject) AS actor,
       CASE WHEN contains(r.s.actor_email, '@') THEN norm_id(r.s.actor_email) END AS actor_email,
       CASE WHEN lower(r.s.action) IN ('create', 'update', 'delete', 'revoke', 'read') THEN lower(r.s.action)
            ELSE 'other' END AS action,
       nz(replace(r.s.resource_type, '_', '-')) AS object_type,
       route_of(r.s.http_path) AS object_id,
       CASE WHEN lower(r.s.outcome) IN ('success', 'failure') THEN lower(r.s.outcome)
            WHEN TRY_CAST(r.s.http_status AS BIGINT) BETWEEN 200 AND 399 THEN 'success'
            WHEN TRY_CAST(r.s.http_status AS BIGINT) >= 400 THEN 'failure'
            ELSE 'unknown' END AS outcome,
       bare_ip(r.s.client_ip) AS client_ip
FROM record AS r
