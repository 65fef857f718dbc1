-- One row per request that the recording shows, or one for a whole script that was executed.
--
-- Event times in the recording are offsets from its beginning. For tunnels that is the start of the session, to within
-- a second. A script that had to be approved waits between the two; the latest possible beginning is taken (end of the
-- session minus the last offset), and the wait is stated as uncertainty. A script fetched without its recording is a
-- request of which we know the prompt and nothing else.
WITH last AS (
    SELECT p.record_no, max(COALESCE(p.response_offset_us, p.request_offset_us)) AS last_us
    FROM part AS p GROUP BY p.record_no
), base AS (
    SELECT r.record_no, r.s, utc(r.s.start_date) AS start_time,
           CASE WHEN r.s.verb = 'exec' AND nz(r.s.review.id) IS NOT NULL
                THEN GREATEST(utc(r.s.start_date), COALESCE(utc(r.s.end_date) - to_microseconds(l.last_us), utc(r.s.start_date)))
                ELSE utc(r.s.start_date) END AS base_time,
           r.s."user" IN ('API_KEY') OR NOT contains(COALESCE(nz(r.s."user"), '@'), '@') AS is_key
    FROM record AS r LEFT JOIN last AS l ON l.record_no = r.record_no
    WHERE r.s.start_date IS NOT NULL
      AND (l.record_no IS NOT NULL OR (r.s.verb = 'exec' AND nz(r.s.script.data) IS NOT NULL))
)
SELECT b.record_no,
       b.s.id || '#' || COALESCE(p.ordinal, 0) AS native_id,
       COALESCE(p.ordinal, 0) AS ordinal,
       b.base_time + to_microseconds(COALESCE(p.request_offset_us, p.response_offset_us, 0)) AS event_time,
       b.s.start_date AS event_time_raw,
       1000000 + epoch_us(b.base_time) - epoch_us(b.start_time) AS time_uncertainty_us,
       b.base_time + to_microseconds(p.response_offset_us) AS response_time,
       b.s.id AS session_id,
       COALESCE(p.ordinal, 0) AS seq,
       nz(b.s.user_id) AS subject,
       CASE WHEN contains(b.s."user", '@') THEN norm_id(b.s."user") END AS subject_email,
       CASE WHEN b.s."user" = 'API_KEY' THEN 'api_key' ELSE b.s.identity_type END AS identity_type,
       CASE WHEN b.is_key THEN nz(b.s."user") ELSE nz(b.s.machine_identity_id) END AS credential_id,
       nz(b.s.connection) AS connection,
       CASE WHEN b.s.verb = 'exec' THEN 'EXEC' ELSE p.method END AS method,
       p.route, p.model, p.status_code, p.streaming, COALESCE(p.pairing, 'unpaired') AS pairing,
       COALESCE(p.truncated, true) OR COALESCE(b.s.metrics.truncated = 'true', false) AS truncated,
       CASE WHEN b.s.verb = 'exec' AND b.s.review.status = 'REJECTED' THEN 'denied'
            WHEN p.blocked OR (b.s.verb = 'exec' AND b.s.ai_analysis.action = 'block_execution') THEN 'blocked'
            WHEN p.pairing = 'unparsed' OR p.record_no IS NULL THEN 'unknown'
            WHEN p.kind = 'stream' THEN 'forwarded'
            WHEN p.status_code IS NULL THEN 'no_response'
            WHEN p.request_offset_us IS NULL THEN 'unknown'
            ELSE 'forwarded' END AS outcome,
       p.blocked_by,
       COALESCE(p.risk_level, CASE WHEN b.s.verb = 'exec' THEN nz(lower(b.s.ai_analysis.risk_level)) END) AS risk_level,
       COALESCE(p.correlation_id, nz(b.s.correlation_id)) AS correlation_id,
       COALESCE(p.request_id, p.response_id) AS provider_request_id,
       COALESCE(CASE WHEN b.s.verb = 'exec' THEN nz(b.s.script.data) END, p.prompt) AS prompt,
       CASE WHEN b.s.verb = 'exec' AND nz(b.s.script.data) IS NOT NULL THEN 'record:script.data'
            ELSE p.prompt_part END AS prompt_part,
       p.response, p.response_part, p.tokens_in, p.tokens_out
FROM base AS b LEFT JOIN part AS p ON p.record_no = b.record_no
WHERE NOT (COALESCE(p.kind, '') = 'stream' AND contains(lower(COALESCE(p.response, '')), 'no log found on disk'))
