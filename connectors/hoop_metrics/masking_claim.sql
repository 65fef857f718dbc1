-- One row per session and kind of data.
SELECT r.record_no,
       r.s.session_id || '/' || upper(trim(r.s.info_type)) AS native_id,
       utc(r.s.session_created_at) AS event_time,
       r.s.session_created_at AS event_time_raw,
       r.s.session_id,
       'session' AS scope,
       upper(trim(r.s.info_type)) AS entity_type,
       TRY_CAST(r.s.count_masked AS BIGINT) AS n_masked,
       TRY_CAST(r.s.count_analyzed AS BIGINT) AS n_analyzed,
       CASE WHEN TRY_CAST(r.s.count_masked AS BIGINT) IS NULL AND TRY_CAST(r.s.count_analyzed AS BIGINT) IS NULL
            THEN 'bad_number:count_masked' END AS reject
FROM record AS r
