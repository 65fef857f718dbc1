-- One row per session: its start, or its end, which says how long it was and holds where both are there.
SELECT r.record_no,
       r.s.session_id AS native_id,
       utc(r.s."timestamp") - to_microseconds(COALESCE(TRY_CAST(r.s.duration_ns AS BIGINT), 0) // 1000) AS event_time,
       r.s."timestamp" AS event_time_raw,
       CASE WHEN r.s.kind = 'session_end' THEN utc(r.s."timestamp") END AS end_time,
       'proxied_traffic' AS session_kind,
       CASE WHEN r.s.principal <> 'anonymous' THEN nz(r.s.principal) END AS subject,
       CASE WHEN contains(r.s.principal, '@') THEN norm_id(r.s.principal) END AS subject_email,
       CASE WHEN nz(r.s.principal) IS NULL OR r.s.principal = 'anonymous' THEN NULL
            WHEN COALESCE(r.options['principal_is'], 'user') = 'user' THEN 'user' ELSE 'agent' END AS identity_type,
       nz(r.s.connection) AS connection,
       nz(r.s.protocol) AS connection_type,
       CASE WHEN r.s.kind = 'session_end' THEN 'done' ELSE 'open' END AS status,
       'recorded' AS recording,
       CASE WHEN nz(r.s.session_id) IS NULL THEN 'missing:session_id' END AS reject
FROM record AS r
WHERE r.s.kind IN ('session_start', 'session_end')
