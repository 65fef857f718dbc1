-- Totals of what the gateway masked, or found, in a session up to then. Entities are named without counts and are no
-- claim of their own.
WITH event AS (
    SELECT r.record_no,
           COALESCE(r.s.session_id, r.s.payload.session_id, r.s.event_payload.session_id) AS session_id,
           COALESCE(r.s.total_redactions, r.s.payload.total_redactions, r.s.event_payload.total_redactions) AS masked,
           COALESCE(r.s.total_detections, r.s.payload.total_detections, r.s.event_payload.total_detections) AS analyzed,
           COALESCE(r.s.payload.occurred_at, r.s.event_payload.occurred_at, r.s.occurred_at) AS occurred_at
    FROM record AS r
)
SELECT e.record_no,
       e.session_id || '@' || spelt(utc(e.occurred_at)) AS native_id,
       CASE WHEN e.masked IS NULL THEN 1 ELSE 0 END::BIGINT AS ordinal,
       utc(e.occurred_at) AS event_time,
       e.occurred_at AS event_time_raw,
       e.session_id,
       'session' AS scope,
       '*' AS entity_type,
       TRY_CAST(e.masked AS BIGINT) AS n_masked,
       TRY_CAST(e.analyzed AS BIGINT) AS n_analyzed,
       CASE WHEN TRY_CAST(COALESCE(e.masked, e.analyzed) AS BIGINT) IS NULL THEN 'bad_number:total' END AS reject
FROM event AS e
WHERE COALESCE(e.masked, e.analyzed) IS NOT NULL
