-- One row per logged request with an AI entry. A consumer with an address as custom id or name is taken by that address.
-- A request that the gateway answered without asking the model was denied or blocked; one that it let time out, neither.
WITH logged AS (
    SELECT r.record_no, r.record_hash, r.s, COALESCE(r.options['consumer_is'], 'key') AS consumer_is,
           COALESCE(r.s.ai.proxy, r.s.ai."ai-proxy", r.s.ai."ai-proxy-advanced") AS x,
           COALESCE(nz(r.s.consumer.custom_id), nz(r.s.consumer.username)) AS caller,
           TRY_CAST(r.s.response.status AS BIGINT) AS status,
           kong_blocked(r.s.ai) AS blocked_by
    FROM record AS r
)
SELECT l.record_no,
       COALESCE(nz(l.s.request.id), l.record_hash) AS native_id,
       epoch_ms_utc(l.s.started_at) AS event_time,
       l.s.started_at AS event_time_raw,
       1000::BIGINT AS time_uncertainty_us,
       epoch_ms_utc(l.s.started_at) + to_milliseconds(TRY_CAST(l.s.latencies.request AS BIGINT)) AS response_time,
       nz(l.s.ai.mcp.mcp_session_id) AS session_id,
       l.caller AS subject,
       CASE WHEN contains(l.caller, '@') THEN norm_id(l.caller) WHEN contains(l.s.consumer.username, '@')
            THEN norm_id(l.s.consumer.username) END AS subject_email,
       CASE WHEN l.caller IS NULL THEN NULL WHEN l.consumer_is = 'person' THEN 'user'
            WHEN contains(concat(l.caller, l.s.consumer.username), '@') THEN 'personal_key' ELSE 'api_key' END AS identity_type,
       COALESCE(nz(l.s.consumer.username), nz(l.s.consumer.id), nz(l.s.authenticated_entity.id)) AS credential_id,
       COALESCE(nz(l.s.service.name), nz(l.s.route.name)) AS connection,
       bare_ip(l.s.client_ip) AS client_ip,
       nz(l.s.request.method) AS method,
       p.route,
       COALESCE(nz(l.x.meta.request_model), nz(l.x.meta.response_model), p.model) AS model,
       l.status AS status_code,
       CASE l.x.meta.request_mode WHEN 'stream' THEN true WHEN 'oneshot' THEN false ELSE p.streaming END AS streaming,
       CASE WHEN l.x.meta.request_mode = 'realtime' THEN 'unparsed' ELSE 'exact' END AS pairing,
       p.truncated,
       CASE WHEN l.blocked_by IS NOT NULL AND l.status >= 400 THEN 'blocked'
            WHEN l.status IN (401, 403, 429) AND nz(l.s.upstream_status) IS NULL THEN 'denied'
            WHEN l.status BETWEEN 200 AND 399 OR nz(l.s.upstream_status) IS NOT NULL THEN 'forwarded'
            WHEN l.status IS NOT NULL THEN 'no_response' ELSE 'unknown' END AS outcome,
       CASE WHEN l.status >= 400 THEN l.blocked_by END AS blocked_by,
       nz(l.s.request.id) AS correlation_id,
       p.response_id AS provider_request_id,
       p.prompt, p.prompt_part, p.response, p.response_part,
       COALESCE(TRY_CAST(COALESCE(l.x.usage.prompt_tokens, l.x.usage.prompt_token, l.x.usage.input_tokens) AS BIGINT),
                p.tokens_in) AS tokens_in,
       COALESCE(TRY_CAST(COALESCE(l.x.usage.completion_tokens, l.x.usage.completion_token, l.x.usage.output_tokens) AS BIGINT),
                p.tokens_out) AS tokens_out,
       CASE WHEN nz(l.s.started_at) IS NULL THEN 'missing:started_at' END AS reject
FROM logged AS l JOIN part AS p ON p.record_no = l.record_no
