-- One row per logged request. The person is what the program wrote into the metadata under the key that is declared.
WITH logged AS (
    SELECT r.record_no, r.s, r.options,
           nz(json_extract_string(CASE WHEN json_valid(r.s.metadata) THEN r.s.metadata END,
                                  '$."' || COALESCE(r.options['user_key'], 'user') || '"')) AS who,
           TRY_CAST(r.s.status_code AS BIGINT) AS status
    FROM record AS r
)
SELECT l.record_no,
       l.s.id AS native_id,
       utc(l.s.created_at) AS event_time,
       l.s.created_at AS event_time_raw,
       utc(l.s.created_at) + to_milliseconds(TRY_CAST(l.s.duration AS BIGINT)) AS response_time,
       l.who AS subject,
       CASE WHEN contains(l.who, '@') THEN norm_id(l.who) END AS subject_email,
       CASE WHEN l.who IS NOT NULL THEN 'agent' END AS identity_type,
       COALESCE(l.options['connection'], nz(l.s.provider)) AS connection,
       p.route,
       COALESCE(nz(l.s.model), p.model) AS model,
       l.status AS status_code,
       p.streaming,
       'exact' AS pairing,
       p.truncated,
       CASE WHEN l.s.success = 'true' THEN 'forwarded' WHEN l.status IN (401, 403, 424, 429) THEN 'denied'
            WHEN l.s.success = 'false' THEN 'no_response' ELSE 'unknown' END AS outcome,
       p.response_id AS provider_request_id,
       p.prompt, p.prompt_part, p.response, p.response_part,
       COALESCE(TRY_CAST(l.s.tokens_in AS BIGINT), p.tokens_in) AS tokens_in,
       COALESCE(TRY_CAST(l.s.tokens_out AS BIGINT), p.tokens_out) AS tokens_out
FROM logged AS l JOIN part AS p ON p.record_no = l.record_no
