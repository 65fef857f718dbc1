-- One row per line, named by its hash. The time is written as text or as a number of seconds, milliseconds or nanoseconds.
WITH logged AS (
    SELECT r.record_no, r.record_hash, r.s, COALESCE(utc(r.s."Timestamp"), epoch_utc(r.s."Timestamp")) AS at_time,
           nz(json_extract_string(CASE WHEN json_valid(r.s.Metadata) THEN r.s.Metadata END,
                                  '$."' || COALESCE(r.options['user_key'], 'user') || '"')) AS who,
           TRY_CAST(r.s.StatusCode AS BIGINT) AS status
    FROM record AS r
)
SELECT l.record_no,
       l.record_hash AS native_id,
       l.at_time AS event_time,
       l.s."Timestamp" AS event_time_raw,
       l.at_time + to_milliseconds(TRY_CAST(l.s.Metrics.durationMs AS BIGINT)) AS response_time,
       l.who AS subject,
       CASE WHEN contains(l.who, '@') THEN norm_id(l.who) END AS subject_email,
       CASE WHEN l.who IS NOT NULL THEN 'agent' END AS identity_type,
       nz(l.s.Gateway) AS connection,
       route_of(l.s.Endpoint) AS route,
       COALESCE(nz(l.s.RequestedModel), nz(l.s.Model)) AS model,
       l.status AS status_code,
       'exact' AS pairing,
       CASE WHEN l.s.RateLimited = 'true' OR l.status IN (401, 403, 424, 429) THEN 'denied'
            WHEN l.status BETWEEN 200 AND 399 THEN 'forwarded' WHEN l.status IS NOT NULL THEN 'no_response'
            ELSE 'unknown' END AS outcome
FROM logged AS l
