-- Rules of the gateway that fired on a session, and what its MCP proxy says that it refused, masked, held or was warned
-- of. The words that matched are sensitive and are not taken over. That a tool was called at all is no rule. Of what its
-- analyzer judged in a tunnel, the gateway keeps the worst alone.
WITH session AS (
    SELECT r.record_no, r.s, r.s.id AS session_id, r.s.start_date AS raw_time
    FROM record AS r WHERE r.s.start_date IS NOT NULL
), hit AS (
    SELECT s.record_no, s.session_id, s.raw_time, UNNEST(s.s.guardrails_info) AS g,
           generate_subscripts(s.s.guardrails_info, 1) - 1 AS ordinal
    FROM session AS s
), note AS (
    SELECT s.record_no, s.session_id, s.raw_time, n.ordinal + 100000 AS ordinal, n.method AS kind, n.route AS tool,
           utc(s.raw_time) + to_microseconds(n.request_offset_us) AS at
    FROM session AS s JOIN part AS n ON n.record_no = s.record_no AND n.kind = 'note' AND n.method <> 'mcp.tool_call'
)
SELECT s.record_no, s.session_id || '/ai_analyzer' AS native_id, 99999 AS ordinal, utc(s.raw_time) AS event_time,
       s.raw_time AS event_time_raw, s.session_id,
       COALESCE(nz(s.s.metrics.ai_analyzer.worst.rule_name), 'ai_analyzer') AS rule_name, 'input' AS direction,
       CASE s.s.metrics.ai_analyzer.worst.outcome WHEN 'block' THEN 'blocked' ELSE 'warned' END AS action
FROM session AS s WHERE s.s.metrics.ai_analyzer.worst.outcome IN ('warn', 'block')
UNION ALL
SELECT h.record_no, h.session_id || '/' || h.ordinal AS native_id, h.ordinal, utc(h.raw_time) AS event_time,
       h.raw_time AS event_time_raw, h.session_id, h.g.rule_name AS rule_name,
       CASE h.g.direction WHEN 'server_to_client' THEN 'output' ELSE h.g.direction END AS direction,
       'blocked' AS action
FROM hit AS h
UNION ALL
SELECT n.record_no, n.session_id || '/mcp/' || n.ordinal, n.ordinal, n.at, n.raw_time, n.session_id,
       concat_ws(':', n.kind, n.tool),
       CASE WHEN n.kind LIKE '%redact%' THEN 'output' WHEN n.kind LIKE '%denied%' THEN 'input' END,
       CASE WHEN n.kind LIKE '%denied%' THEN 'blocked' WHEN n.kind LIKE '%redact%' THEN 'masked'
            WHEN n.kind LIKE '%changed%' THEN 'warned' ELSE 'logged' END
FROM note AS n
