-- A rule that stopped a session. What it found is not taken over.
WITH event AS (
    SELECT r.record_no,
           COALESCE(r.s.session_id, r.s.payload.session_id, r.s.event_payload.session_id) AS session_id,
           COALESCE(r.s.rule, r.s.payload.rule, r.s.event_payload.rule) AS rule_name,
           COALESCE(r.s.payload.occurred_at, r.s.event_payload.occurred_at, r.s.occurred_at) AS occurred_at
    FROM record AS r
)
SELECT e.record_no,
       e.session_id || '@' || e.occurred_at || '/' || e.rule_name AS native_id,
       utc(e.occurred_at) AS event_time,
       e.occurred_at AS event_time_raw,
       e.session_id,
       e.rule_name,
       'blocked' AS action
FROM event AS e
WHERE nz(e.rule_name) IS NOT NULL
