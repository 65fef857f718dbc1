-- Rules of the gateway that fired on a session. The words that matched are sensitive and are not taken over.
WITH hit AS (
    SELECT r.record_no, r.s.id AS session_id, r.s.start_date AS raw_time, UNNEST(r.s.guardrails_info) AS g,
           generate_subscripts(r.s.guardrails_info, 1) - 1 AS ordinal
    FROM record AS r WHERE r.s.start_date IS NOT NULL
)
SELECT h.record_no,
       h.session_id || '/' || h.ordinal AS native_id,
       h.ordinal,
       utc(h.raw_time) AS event_time,
       h.raw_time AS event_time_raw,
       h.session_id,
       h.g.rule_name AS rule_name,
       CASE h.g.direction WHEN 'server_to_client' THEN 'output' ELSE h.g.direction END AS direction,
       'blocked' AS action
FROM hit AS h
