-- One row per span that asks a model for something, and one per log event that has its texts, under the same name: of the
-- two the one that knows more holds. A span without texts and an event are joined to the session of the span, which knows
-- the user. An event is written when the request has ended.
WITH asked AS (
    SELECT r.*, COALESCE(r.options['user_is'], 'program') AS user_is,
           CASE WHEN r.is_log THEN otel_map(json_extract(CASE WHEN json_valid(r.s.body) THEN r.s.body END,
               '$.kvlistValue.values')::VARCHAR)['index'] END AS choice,
           COALESCE(NULLIF(nz(r.s.timeUnixNano), '0'), nz(r.s.timestamp), nz(r.s.observedTimeUnixNano)) AS logged_at,
           r.s.status.code IN ('2', 'STATUS_CODE_ERROR') OR r.s.status.status_code = 'ERROR'
               OR nz(r.a['error.type']) IS NOT NULL AS failed
    FROM record AS r
)
SELECT n.record_no,
       n.trace || '/' || n.span || CASE WHEN n.choice <> '0' THEN '#' || n.choice ELSE '' END AS native_id,
       CASE WHEN n.is_log THEN otel_time(n.logged_at, n.logged_at) ELSE otel_time(n.s.startTimeUnixNano, n.s.start_time) END
           AS event_time,
       CASE WHEN n.is_log THEN n.logged_at ELSE COALESCE(n.s.startTimeUnixNano, n.s.start_time) END AS event_time_raw,
       CASE WHEN n.is_log THEN TRY_CAST(n.options['event_lag'] AS BIGINT) * 1000000 END AS time_uncertainty_us,
       CASE WHEN n.is_log THEN otel_time(n.logged_at, n.logged_at) ELSE otel_time(n.s.endTimeUnixNano, n.s.end_time) END
           AS response_time,
       CASE WHEN n.is_log OR COALESCE(p.prompt, p.response) IS NULL AND COALESCE(n.who, n.email, n.talk) IS NOT NULL
            THEN n.trace || '/' || n.span ELSE n.talk END AS session_id,
       n.who AS subject,
       norm_id(CASE WHEN contains(n.email, '@') THEN n.email WHEN contains(n.who, '@') THEN n.who END) AS subject_email,
       CASE WHEN COALESCE(n.who, n.email) IS NULL THEN CASE WHEN n.is_log THEN 'elsewhere' END WHEN n.user_is = 'gateway' THEN 'user' ELSE 'agent' END
           AS identity_type,
       nz(n.o['service.name']) AS connection,
       bare_ip(n.a['client.address']) AS client_ip,
       nz(n.a['http.request.method']) AS method,
       COALESCE(route_of(n.a['url.path']), route_of(n.a['http.route'])) AS route,
       COALESCE(nz(n.a['gen_ai.request.model']), nz(n.a['gen_ai.response.model'])) AS model,
       TRY_CAST(n.a['http.response.status_code'] AS BIGINT) AS status_code,
       'exact' AS pairing,
       p.truncated,
       CASE WHEN n.failed AND p.response IS NULL THEN 'no_response' ELSE 'forwarded' END AS outcome,
       CASE WHEN n.is_log THEN COALESCE(n.talk, n.trace) ELSE n.trace END AS correlation_id,
       nz(n.a['gen_ai.response.id']) AS provider_request_id,
       p.prompt, p.prompt_part, p.response, p.response_part,
       TRY_CAST(COALESCE(n.a['gen_ai.usage.input_tokens'], n.a['gen_ai.usage.prompt_tokens']) AS BIGINT) AS tokens_in,
       TRY_CAST(COALESCE(n.a['gen_ai.usage.output_tokens'], n.a['gen_ai.usage.completion_tokens']) AS BIGINT) AS tokens_out,
       CASE WHEN NOT n.is_log AND (n.trace IS NULL OR n.span IS NULL) THEN 'missing:spanId' END AS reject
FROM asked AS n JOIN part AS p ON p.record_no = n.record_no
