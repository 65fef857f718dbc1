-- One row per logged request. The person is what the program wrote into the metadata under the key that is declared.
WITH logged AS (
    SELECT r.*, instant(r.e.created_at, r.options['times'], r.options['zone']) AS at,
           r.options['created_at_is'] = 'response' AS at_end, TRY_CAST(r.e.status AS BIGINT) AS status,
           COALESCE(nz(json_extract_string(r.e.metadata, '$."' || r.options['user_key'] || '"')),
                    nz(r.e.vals[list_position(r.e.keys, r.options['user_key'])])) AS who
    FROM record AS r
)
SELECT l.record_no,
       l.e.id AS native_id,
       CASE WHEN l.at_end THEN l.at - to_microseconds(COALESCE(l.e.took_us, 0)) ELSE l.at END AS event_time,
       l.e.created_at AS event_time_raw,
       CASE WHEN l.at_end THEN l.at ELSE l.at + to_microseconds(l.e.took_us) END AS response_time,
       l.who AS subject,
       CASE WHEN contains(l.who, '@') THEN norm_id(l.who) END AS subject_email,
       CASE WHEN l.who IS NOT NULL THEN 'agent' END AS identity_type,
       COALESCE(l.options['connection'], l.e.ai_org) AS connection,
       p.route,
       COALESCE(l.e.ai_model, p.model) AS model,
       l.status AS status_code,
       p.streaming,
       'exact' AS pairing,
       p.truncated,
       CASE WHEN l.status = 446 OR l.refused_input OR l.refused_output THEN 'blocked'
            WHEN l.e.success OR l.status BETWEEN 200 AND 299 THEN 'forwarded'
            WHEN NOT l.e.success OR l.status >= 400 THEN 'no_response' ELSE 'unknown' END AS outcome,
       CASE WHEN l.status = 446 OR l.refused_input OR l.refused_output THEN 'guardrail' END AS blocked_by,
       l.e.trace_id AS correlation_id,
       p.response_id AS provider_request_id,
       p.prompt, p.prompt_part, p.response, p.response_part,
       COALESCE(l.e.req_units, p.tokens_in) AS tokens_in,
       COALESCE(l.e.res_units, p.tokens_out) AS tokens_out,
       CASE WHEN l.at IS NULL THEN 'bad_timestamp:created_at' END AS reject
FROM logged AS l JOIN part AS p ON p.record_no = l.record_no
