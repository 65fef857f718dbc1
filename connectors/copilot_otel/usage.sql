-- One row per prompt and one per request to a model. What a subagent or the client itself began is not put down to a person.
-- Log events tell the same without a span: a request by its details, a prompt by the start of an agent's session.
WITH span AS (
    SELECT r.record_no, r.s, r.issuer, nz(r.options['user']) AS who, otel_map(r.s.attributes) AS a,
           copilot_surface(r.s) AS surface, r.is_log, r.record_hash,
           COALESCE(r.event = 'copilot_chat.session.start', copilot_operation(r.s.attributes) = 'invoke_agent') AS turn,
           CASE WHEN r.is_log THEN copilot_logged(r.s) ELSE copilot_at(r.s) END AS at, p.prompt
    FROM record AS r LEFT JOIN part AS p ON p.record_no = r.record_no
)
SELECT s.record_no,
       CASE WHEN s.is_log THEN COALESCE('response/' || nz(s.a['gen_ai.response.id']), s.record_hash)
            ELSE concat_ws('/', COALESCE(nz(s.s.traceId), nz(s.s._spanContext.traceId)),
                           COALESCE(nz(s.s.spanId), nz(s.s._spanContext.spanId), nz(s.s.id))) END AS native_id,
       s.at AS event_time,
       COALESCE(nz(s.s.startTimeUnixNano), nz(s.s.startTime), NULLIF(nz(s.s.timeUnixNano), '0'),
                NULLIF(nz(s.s.observedTimeUnixNano), '0'), nz(s.s.hrTime), nz(s.s.timestamp)) AS event_time_raw,
       CASE WHEN s.turn THEN 'interaction' ELSE 'request' END AS grain,
       CASE WHEN s.turn THEN 'prompt' ELSE 'request' END AS unit,
       1000000 AS quantity_micro,
       true AS active,
       CASE WHEN contains(s.who, '@') THEN 'upn' ELSE 'github_login' END AS user_alias_type,
       norm_id(s.who) AS user_alias,
       CASE WHEN contains(s.who, '@') THEN s.issuer ELSE COALESCE(s.issuer, 'github.com') END AS user_issuer,
       CASE WHEN COALESCE(s.a['copilot_chat.initiator_type'], 'user') <> 'user' THEN 'agent'
            WHEN s.who IS NULL OR s.is_log AND NOT s.turn THEN 'unknown' ELSE 'human' END AS actor_kind,
       s.surface,
       COALESCE(nz(s.a['gen_ai.response.model']), nz(s.a['gen_ai.request.model'])) AS model,
       COALESCE(nz(s.a['copilot_chat.server_request_id']), nz(s.a['gen_ai.response.id'])) AS provider_request_id,
       CASE WHEN NOT s.turn AND s.prompt <> '' THEN norm_sha256(s.prompt) END AS prompt_norm_sha256,
       s.at + INTERVAL 1 HOUR AS final_at,
       CASE WHEN s.at IS NULL THEN 'bad_timestamp:' || CASE WHEN s.is_log THEN 'hrTime' ELSE 'startTime' END END AS reject
FROM span AS s
