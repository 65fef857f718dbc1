-- One row per line of the administrator log, but for sign-ins. Who did it is a full name, API, System or a synchronisation.
SELECT r.record_no,
       r.moment AS event_time,
       COALESCE(nz(r.s.isotimestamp), r.s.timestamp) AS event_time_raw,
       nz(r.s.username) AS actor,
       CASE WHEN contains(r.s.username, '@') THEN norm_id(r.s.username) END AS actor_email,
       duo_action(r.s.action) AS action,
       r.s.action AS object_type,
       nz(r.s.object) AS object_id,
       'success' AS outcome,
       bare_ip(r.said ->> '$.ip_address') AS client_ip
FROM record AS r
WHERE r.kind = 'deed'
