-- One row per request. The person is what the program sent along as the user's id.
WITH logged AS (
    SELECT r.record_no, r.s, r.options, instant(r.s.request_created_at, 'iso', r.options['zone']) AS at,
           instant(r.s.response_created_at, 'iso', r.options['zone']) AS answered,
           TRY_CAST(r.s.response_status AS BIGINT) AS status, nz(r.s.request_user_id) AS who
    FROM record AS r
)
SELECT l.record_no,
       COALESCE(nz(l.s.request_id), nz(l.s.response_id)) AS native_id,
       l.at AS event_time,
       l.s.request_created_at AS event_time_raw,
       COALESCE(l.answered, l.at + to_milliseconds(TRY_CAST(l.s.delay_ms AS BIGINT))) AS response_time,
       l.who AS subject,
       CASE WHEN contains(l.who, '@') THEN norm_id(l.who) END AS subject_email,
       CASE WHEN l.who IS NOT NULL THEN 'agent' END AS identity_type,
       COALESCE(l.options['connection'], nz(l.s.provider)) AS connection,
       p.route,
       COALESCE(nz(l.s.request_model), nz(l.s.model), nz(l.s.response_model), p.model) AS model,
       CASE WHEN l.status >= 100 THEN l.status END AS status_code,
       p.streaming,
       'exact' AS pairing,
       p.truncated OR COALESCE(starts_with(p.prompt, '{""'), false) AS truncated,
       CASE WHEN l.status BETWEEN 200 AND 299 THEN 'forwarded' WHEN l.status IS NULL THEN 'unknown' ELSE 'no_response' END AS outcome,
       nz(l.s.request_id) AS correlation_id,
       p.response_id AS provider_request_id,
       p.prompt, p.prompt_part, p.response, p.response_part,
       COALESCE(TRY_CAST(l.s.prompt_tokens AS BIGINT), p.tokens_in) AS tokens_in,
       COALESCE(TRY_CAST(l.s.completion_tokens AS BIGINT), p.tokens_out) AS tokens_out,
       CASE WHEN l.at IS NULL THEN 'bad_timestamp:request_created_at' END AS reject
FROM logged AS l JOIN part AS p ON p.record_no = l.record_no
