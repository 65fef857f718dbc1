-- One row per logged request. A key that belongs to a user is his personal key; the user of the master key is nobody.
-- A key of nobody stands for itself. The team of the key is the group that the proxy took the caller for.
-- A failed request was blocked where a guardrail stepped in, denied where the proxy refused it, else never answered.
WITH logged AS (
    SELECT r.record_no, r.s, r.request AS id, r.started, r.options['connection'] AS connection,
           litellm_time(r.s.endTime, r.options['timezone']) AS ended,
           NULLIF(COALESCE(nz(r.s.metadata.user_api_key_user_id), nz(r.s."user")), 'default_user_id') AS user_id,
           norm_id(r.s.metadata.user_api_key_user_email) AS email,
           COALESCE(nz(r.s.metadata.user_api_key_alias), 'key-' || left(sha256(COALESCE(nz(r.s.metadata.user_api_key_hash),
               nz(r.s.metadata.user_api_key), nz(r.s.api_key))), 12)) AS key_name,
           lower(COALESCE(nz(r.s.status), nz(r.s.metadata.status))) AS status,
           TRY_CAST(COALESCE(nz(r.s.error_information.error_code), nz(r.s.metadata.error_information.error_code)) AS BIGINT)
               AS error_code,
           r.guardrails
    FROM record AS r
), judged AS (
    SELECT l.*, list_filter(l.guardrails, lambda g: g.guardrail_status = 'guardrail_intervened')[1].guardrail_name AS stopped_by,
           COALESCE(l.user_id, l.email) IS NOT NULL AS owned
    FROM logged AS l
)
SELECT j.record_no,
       j.id AS native_id,
       j.started AS event_time,
       j.s.startTime AS event_time_raw,
       j.ended AS response_time,
       COALESCE(nz(j.s.session_id), nz(j.s.trace_id)) AS session_id,
       COALESCE(j.user_id, CASE WHEN NOT j.owned THEN j.key_name END) AS subject,
       CASE WHEN contains(j.email, '@') THEN j.email WHEN contains(j.user_id, '@') THEN norm_id(j.user_id) END AS subject_email,
       CASE WHEN j.key_name IS NULL THEN CASE WHEN j.owned THEN 'user' END WHEN j.owned THEN 'personal_key'
            ELSE 'api_key' END AS identity_type,
       j.key_name AS credential_id,
       COALESCE(j.connection, nz(j.s.model_group), nz(j.s.model)) AS connection,
       bare_ip(COALESCE(nz(j.s.requester_ip_address), j.s.metadata.requester_ip_address)) AS client_ip,
       nz(j.s.metadata.user_api_key_team_alias) AS claimed_groups,
       route_of(j.s.metadata.user_api_key_request_route) AS route,
       nz(j.s.model) AS model,
       COALESCE(j.error_code, CASE j.status WHEN 'success' THEN 200 END) AS status_code,
       CASE j.s.stream WHEN 'true' THEN true WHEN 'false' THEN false ELSE p.streaming END AS streaming,
       'exact' AS pairing,
       p.truncated,
       CASE WHEN j.status = 'success' THEN 'forwarded'
            WHEN j.status = 'failure' AND (j.stopped_by IS NOT NULL
                 OR j.s.status_fields.guardrail_status = 'guardrail_intervened') THEN 'blocked'
            WHEN j.status = 'failure' AND j.error_code IN (401, 403, 429) THEN 'denied'
            WHEN j.status = 'failure' THEN 'no_response'
            ELSE 'unknown' END AS outcome,
       CASE WHEN j.status = 'failure' THEN j.stopped_by END AS blocked_by,
       COALESCE(nz(j.s.metadata.requester_metadata.ticket), nz(j.s.metadata.spend_logs_metadata.ticket),
                nz(j.s.trace_id)) AS correlation_id,
       CASE WHEN j.status = 'success' THEN COALESCE(p.response_id, j.id) END AS provider_request_id,
       p.prompt, p.prompt_part, p.response, p.response_part,
       COALESCE(TRY_CAST(j.s.prompt_tokens AS BIGINT), p.tokens_in) AS tokens_in,
       COALESCE(TRY_CAST(j.s.completion_tokens AS BIGINT), p.tokens_out) AS tokens_out
FROM judged AS j JOIN part AS p ON p.record_no = j.record_no
