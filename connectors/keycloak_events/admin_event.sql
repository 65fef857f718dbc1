-- One row per deed of an administrator, failed ones too. What was touched is said by its path in the admin API. Whoever
-- switches the saving of events off opens a gap in everything that this source shows.
WITH deed AS (
    SELECT r.record_no, r.s, r.moment, r.e, keycloak_saving(r.e, r.s.representation) AS saving
    FROM record AS r WHERE r.e.operation IS NOT NULL
)
SELECT d.record_no,
       nz(d.s.id) AS native_id,
       d.moment AS event_time,
       keycloak_raw_time(d.s) AS event_time_raw,
       d.e.who AS actor,
       CASE WHEN d.saving THEN 'enable' WHEN NOT d.saving THEN 'disable'
            WHEN d.e.operation IN ('CREATE', 'UPDATE', 'DELETE') THEN lower(d.e.operation)
            WHEN regexp_matches(d.e.path, '(logout|push-revocation|logout-all)$') THEN 'revoke'
            WHEN d.e.path LIKE '%/reset-password' THEN 'update' ELSE 'other' END AS action,
       CASE WHEN d.saving IS NOT NULL THEN 'log_stream' ELSE d.e.resource END AS object_type,
       d.e.path AS object_id,
       CASE WHEN keycloak_failed(d.e) THEN 'failure' ELSE 'success' END AS outcome,
       bare_ip(d.e.ip) AS client_ip
FROM deed AS d
