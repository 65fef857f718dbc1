-- One row per prompt and one per request to a model. What a subagent or the client itself began is not put down to a person.
WITH span AS (
    SELECT r.record_no, r.s, r.issuer, nz(r.options['user']) AS who, otel_map(r.s.attributes) AS a, otel_map(r.s.resource.attributes) AS res,
           copilot_operation(r.s.attributes) = 'invoke_agent' AS turn, copilot_at(r.s) AS at, p.prompt
    FROM record AS r LEFT JOIN part AS p ON p.record_no = r.record_no
)
SELECT s.record_no,
       concat_ws('/', COALESCE(nz(s.s.traceId), nz(s.s._spanContext.traceId)),
                 COALESCE(nz(s.s.spanId), nz(s.s._spanContext.spanId), nz(s.s.id))) AS native_id,
       s.at AS event_time,
       COALESCE(nz(s.s.startTimeUnixNano), nz(s.s.startTime), nz(s.s.timestamp)) AS event_time_raw,
       CASE WHEN s.turn THEN 'interaction' ELSE 'request' END AS grain,
       CASE WHEN s.turn THEN 'prompt' ELSE 'request' END AS unit,
       1000000 AS quantity_micro,
       true AS active,
       CASE WHEN contains(s.who, '@') THEN 'upn' ELSE 'github_login' END AS user_alias_type,
       norm_id(s.who) AS user_alias,
       CASE WHEN contains(s.who, '@') THEN s.issuer ELSE COALESCE(s.issuer, 'github.com') END AS user_issuer,
       CASE WHEN COALESCE(s.a['copilot_chat.initiator_type'], 'user') <> 'user' THEN 'agent' WHEN s.who IS NULL THEN 'unknown'
            ELSE 'human' END AS actor_kind,
       COALESCE(nz(s.res['service.name']), 'unnamed') AS surface,
       COALESCE(nz(s.a['gen_ai.response.model']), nz(s.a['gen_ai.request.model'])) AS model,
       COALESCE(nz(s.a['copilot_chat.server_request_id']), nz(s.a['gen_ai.response.id'])) AS provider_request_id,
       CASE WHEN NOT s.turn AND s.prompt <> '' THEN norm_sha256(s.prompt) END AS prompt_norm_sha256,
       s.at + INTERVAL 1 HOUR AS final_at,
       CASE WHEN s.at IS NULL THEN 'bad_timestamp:startTime' END AS reject
FROM span AS s
