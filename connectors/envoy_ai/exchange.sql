-- One row per line. '-' is how the log writes nothing. A request that reached no upstream host was not forwarded.
WITH logged AS (
    SELECT r.record_no, r.record_hash, r.s, utc(r.s.start_time) AS at_time,
           TRY_CAST(r.s.response_code AS BIGINT) AS status, NULLIF(nz(r.s.upstream_host), '-') AS upstream
    FROM record AS r
)
SELECT l.record_no,
       COALESCE(NULLIF(nz(l.s."x-request-id"), '-'), l.record_hash) AS native_id,
       l.at_time AS event_time,
       l.s.start_time AS event_time_raw,
       l.at_time + to_milliseconds(TRY_CAST(l.s.duration AS BIGINT)) AS response_time,
       NULLIF(nz(l.s.route_name), '-') AS connection,
       COALESCE(bare_ip(split_part(l.s."x-forwarded-for", ',', 1)), bare_ip(l.s.downstream_remote_address)) AS client_ip,
       NULLIF(nz(l.s.method), '-') AS method,
       route_of(l.s."x-envoy-origin-path") AS route,
       NULLIF(nz(l.s.genai_model_name), '-') AS model,
       l.status AS status_code,
       'exact' AS pairing,
       CASE WHEN l.upstream IS NOT NULL AND l.status BETWEEN 200 AND 599 THEN 'forwarded'
            WHEN l.status IN (401, 403, 429) THEN 'denied' WHEN l.status > 0 THEN 'no_response'
            ELSE 'unknown' END AS outcome,
       NULLIF(nz(l.s."x-request-id"), '-') AS correlation_id,
       TRY_CAST(l.s.genai_tokens_input AS BIGINT) AS tokens_in,
       TRY_CAST(l.s.genai_tokens_output AS BIGINT) AS tokens_out
FROM logged AS l
