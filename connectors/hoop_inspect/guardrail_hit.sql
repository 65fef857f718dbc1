-- A rule that refused a statement or a response. The words that it met are not taken over.
SELECT r.record_no,
       r.record_hash AS native_id,
       utc(r.s."timestamp") AS event_time,
       r.s."timestamp" AS event_time_raw,
       r.s.session_id,
       r.record_hash AS exchange_ref,
       COALESCE(nz(r.s.rule), 'unnamed') AS rule_name,
       CASE r.s.direction WHEN 'client' THEN 'input' WHEN 'server' THEN 'output' END AS direction,
       'blocked' AS action
FROM record AS r
WHERE r.s.kind = 'violation' OR (r.s.kind = 'statement' AND r.s.allowed = 'false')
