-- One row per request that the recording shows, or one for a whole script that was executed.
--
-- Event times are offsets from the recording's beginning: for tunnels the start of the session, to within a second. A
-- script that had to be approved waits between the two; the latest possible beginning is taken (end of the session minus
-- the last offset), the wait is its uncertainty. A script without its recording is a request of which we know the prompt
-- alone, unless its review says that it still waits or was refused. A refused script that left a recording and exit code
-- 0 (or none yet) ran all the same. That the MCP proxy refused a call is a note of its own while the call was under way.
WITH session AS (
    SELECT r.record_no, r.s.id AS id, r.s.start_date AS raw_time, utc(r.s.start_date) AS start_time,
           utc(r.s.end_date) AS end_time, nz(r.s.user_id) AS subject, r.s."user" AS name,
           r.s.identity_type AS identity_type, nz(r.s.machine_identity_id) AS machine, nz(r.s.connection) AS connection,
           r.s.verb = 'exec' AS is_exec, nz(r.s.review.id) IS NOT NULL AS reviewed, r.s.review.status AS review_status,
           r.s.exit_code AS exit_code, r.s.event_size AS event_size,
           CASE WHEN nz(r.s.script.data) IS NOT NULL THEN r.s.script.data END AS script,
           r.s.metrics.truncated = 'true' AS cut, nz(r.s.correlation_id) AS correlation_id,
           r.s.ai_analysis.action AS action, nz(lower(r.s.ai_analysis.risk_level)) AS risk
    FROM record AS r WHERE r.s.start_date IS NOT NULL
), last AS (
    SELECT p.record_no, max(COALESCE(p.response_offset_us, p.request_offset_us)) AS last_us
    FROM part AS p WHERE p.kind <> 'note' GROUP BY p.record_no
), refusal AS (
    SELECT p.record_no, p.ordinal, min(n.method) AS kind FROM part AS p JOIN part AS n ON n.record_no = p.record_no
        AND n.method = 'mcp.tool_denied' AND ends_with(p.route, '#tools/call:' || n.route)
        AND n.request_offset_us BETWEEN p.request_offset_us AND p.response_offset_us GROUP BY p.record_no, p.ordinal
), base AS (
    SELECT s.*, CASE WHEN s.is_exec AND s.reviewed AND s.end_time - to_microseconds(l.last_us) > s.start_time
                     THEN s.end_time - to_microseconds(l.last_us) ELSE s.start_time END AS base_time,
           l.record_no IS NOT NULL OR NOT s.is_exec OR COALESCE(s.review_status, '') NOT IN ('PENDING', 'REJECTED')
               OR COALESCE(TRY_CAST(s.event_size AS BIGINT), 0) > 0 AS ran
    FROM session AS s LEFT JOIN last AS l ON l.record_no = s.record_no WHERE l.record_no IS NOT NULL OR (s.is_exec AND s.script IS NOT NULL)
)
SELECT b.record_no,
       b.id || '#' || COALESCE(p.ordinal, 0) AS native_id, COALESCE(p.ordinal, 0) AS ordinal,
       b.base_time + to_microseconds(COALESCE(p.request_offset_us, p.response_offset_us, 0)) AS event_time,
       b.raw_time AS event_time_raw, 1000000 + epoch_us(b.base_time) - epoch_us(b.start_time) AS time_uncertainty_us,
       b.base_time + to_microseconds(p.response_offset_us) AS response_time,
       b.id AS session_id, COALESCE(p.ordinal, 0) AS seq, b.subject,
       CASE WHEN contains(b.name, '@') THEN norm_id(b.name) END AS subject_email,
       CASE WHEN b.name = 'API_KEY' THEN 'api_key' ELSE b.identity_type END AS identity_type,
       CASE WHEN contains(COALESCE(nz(b.name), '@'), '@') THEN b.machine ELSE b.name END AS credential_id,
       b.connection, CASE WHEN b.is_exec THEN 'EXEC' ELSE p.method END AS method, p.route, p.client_ip, p.model,
       p.status_code, p.streaming, COALESCE(p.pairing, 'unpaired') AS pairing,
       COALESCE(p.truncated, b.ran) OR COALESCE(b.cut, false) AS truncated,
       CASE WHEN NOT b.ran AND b.review_status = 'REJECTED' THEN 'denied'
            WHEN NOT b.ran THEN 'no_response'
            WHEN b.is_exec AND b.review_status = 'REJECTED' AND COALESCE(b.exit_code, '0') <> '0' THEN 'unknown'
            WHEN p.blocked OR d.kind IS NOT NULL OR (b.is_exec AND b.action = 'block_execution') THEN 'blocked'
            WHEN p.pairing = 'unparsed' OR p.record_no IS NULL THEN 'unknown'
            WHEN p.kind = 'stream' OR (p.kind = 'rpc' AND p.response_offset_us IS NOT NULL) THEN 'forwarded'
            WHEN p.status_code IS NULL THEN 'no_response'
            WHEN p.request_offset_us IS NULL THEN 'unknown'
            ELSE 'forwarded' END AS outcome,
       COALESCE(p.blocked_by, d.kind) AS blocked_by, COALESCE(p.risk_level, CASE WHEN b.is_exec THEN b.risk END) AS risk_level,
       COALESCE(p.correlation_id, b.correlation_id) AS correlation_id, COALESCE(p.request_id, p.response_id) AS provider_request_id,
       COALESCE(CASE WHEN b.is_exec THEN b.script END, p.prompt) AS prompt,
       CASE WHEN b.is_exec AND b.script IS NOT NULL THEN 'record:script.data' ELSE p.prompt_part END AS prompt_part,
       p.response, p.response_part, p.tokens_in, p.tokens_out
FROM base AS b LEFT JOIN part AS p ON p.record_no = b.record_no AND p.kind <> 'note'
LEFT JOIN refusal AS d ON d.record_no = p.record_no AND d.ordinal = p.ordinal
WHERE NOT (COALESCE(p.kind, '') = 'stream' AND contains(lower(COALESCE(p.response, '')), 'no log found on disk'))
