-- A guardrail of the gateway that failed: it refused (446) or let pass (246). Where the answer does not say which side it
-- judged, an answer that was counted shows that the request had been forwarded.
SELECT r.record_no,
       r.s.id AS native_id,
       instant(r.s.created_at, r.options['times'], r.options['zone']) AS event_time,
       r.s.created_at AS event_time_raw,
       r.s.id AS exchange_ref,
       'guardrail' AS rule_name,
       CASE WHEN list_contains(json_extract_string(said.body, '$.hook_results.after_request_hooks[*].verdict'), 'false') THEN 'output'
            WHEN list_contains(json_extract_string(said.body, '$.hook_results.before_request_hooks[*].verdict'), 'false') THEN 'input'
            WHEN r.s.response_status_code = '446' AND TRY_CAST(r.s.res_units AS BIGINT) > 0 THEN 'output' END AS direction,
       CASE r.s.response_status_code WHEN '446' THEN 'blocked' ELSE 'warned' END AS action
FROM record AS r, LATERAL (SELECT CASE WHEN json_valid(r.s.response) THEN r.s.response END AS body) AS said
WHERE r.s.response_status_code IN ('446', '246') AND instant(r.s.created_at, r.options['times'], r.options['zone']) IS NOT NULL
