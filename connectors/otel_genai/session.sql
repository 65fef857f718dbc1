-- One row per span without texts: who asked, for the log event that has them.
SELECT r.record_no,
       r.trace || '/' || r.span AS native_id,
       otel_time(r.s.startTimeUnixNano, r.s.start_time) AS event_time,
       COALESCE(r.s.startTimeUnixNano, r.s.start_time) AS event_time_raw,
       otel_time(r.s.endTimeUnixNano, r.s.end_time) AS end_time,
       'proxied_traffic' AS session_kind,
       r.who AS subject,
       norm_id(CASE WHEN contains(r.email, '@') THEN r.email WHEN contains(r.who, '@') THEN r.who END) AS subject_email,
       CASE WHEN COALESCE(r.who, r.email) IS NULL THEN NULL
            WHEN COALESCE(r.options['user_is'], 'program') = 'gateway' THEN 'user' ELSE 'agent' END AS identity_type,
       nz(r.o['service.name']) AS connection,
       'done' AS status,
       r.talk AS correlation_id
FROM record AS r JOIN part AS p ON p.record_no = r.record_no
WHERE NOT r.is_log AND COALESCE(p.prompt, p.response) IS NULL AND COALESCE(r.who, r.email, r.talk) IS NOT NULL AND otel_time(r.s.startTimeUnixNano, r.s.start_time) IS NOT NULL
