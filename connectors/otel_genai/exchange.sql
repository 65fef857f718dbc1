-- One row per span that asks a model for something.
WITH span AS (
    SELECT r.record_no, r.s, otel_map(r.s.attributes) AS a, otel_map(r.s.resource.attributes) AS o,
           COALESCE(r.s.traceId, r.s.trace_id, r.s.context.trace_id) AS trace,
           COALESCE(r.s.spanId, r.s.span_id, r.s.context.span_id) AS span,
           COALESCE(r.options['user_is'], 'program') AS user_is
    FROM record AS r
), named AS (
    SELECT s.*, COALESCE(nz(s.a['user.id']), nz(s.a['enduser.id']), nz(s.o['user.id'])) AS who,
           COALESCE(nz(s.a['user.email']), nz(s.o['user.email'])) AS email,
           s.s.status.code IN ('2', 'STATUS_CODE_ERROR') OR s.s.status.status_code = 'ERROR'
               OR nz(s.a['error.type']) IS NOT NULL AS failed
    FROM span AS s
)
SELECT n.record_no,
       n.trace || '/' || n.span AS native_id,
       otel_time(n.s.startTimeUnixNano, n.s.start_time) AS event_time,
       COALESCE(n.s.startTimeUnixNano, n.s.start_time) AS event_time_raw,
       otel_time(n.s.endTimeUnixNano, n.s.end_time) AS response_time,
       nz(n.a['gen_ai.conversation.id']) AS session_id,
       n.who AS subject,
       norm_id(CASE WHEN contains(n.email, '@') THEN n.email WHEN contains(n.who, '@') THEN n.who END) AS subject_email,
       CASE WHEN COALESCE(n.who, n.email) IS NULL THEN NULL WHEN n.user_is = 'gateway' THEN 'user' ELSE 'agent' END
           AS identity_type,
       nz(n.o['service.name']) AS connection,
       bare_ip(n.a['client.address']) AS client_ip,
       nz(n.a['http.request.method']) AS method,
       COALESCE(nz(n.a['url.path']), nz(n.a['http.route'])) AS route,
       COALESCE(nz(n.a['gen_ai.request.model']), nz(n.a['gen_ai.response.model'])) AS model,
       TRY_CAST(n.a['http.response.status_code'] AS BIGINT) AS status_code,
       'exact' AS pairing,
       p.truncated,
       CASE WHEN n.failed AND p.response IS NULL THEN 'no_response' ELSE 'forwarded' END AS outcome,
       n.trace AS correlation_id,
       nz(n.a['gen_ai.response.id']) AS provider_request_id,
       p.prompt, p.prompt_part, p.response, p.response_part,
       TRY_CAST(COALESCE(n.a['gen_ai.usage.input_tokens'], n.a['gen_ai.usage.prompt_tokens']) AS BIGINT) AS tokens_in,
       TRY_CAST(COALESCE(n.a['gen_ai.usage.output_tokens'], n.a['gen_ai.usage.completion_tokens']) AS BIGINT) AS tokens_out
FROM named AS n JOIN part AS p ON p.record_no = n.record_no
