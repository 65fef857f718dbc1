-- One row per request: from the log of requests to models, or where a policy refused it, or where that log is not kept,
-- from the gateway's own.
WITH row_of AS (
    SELECT r.record_no, r.s, nz(r.s.DeploymentName) IS NOT NULL AND nz(r.s.ResponseCode) IS NULL AS of_model,
           COALESCE(nz(r.s.TimeGenerated), r.s."TimeGenerated [UTC]") AS said_at,
           COALESCE(r.options['exchange_from'], 'llm_log') AS standing,
           apim_outcome(TRY_CAST(r.s.ResponseCode AS BIGINT), TRY_CAST(r.s.BackendResponseCode AS BIGINT),
                        lower(r.s.IsRequestSuccess)) AS outcome
    FROM record AS r
)
SELECT w.record_no,
       w.s.CorrelationId AS native_id,
       apim_time(w.said_at) AS event_time,
       w.said_at AS event_time_raw,
       apim_time(w.said_at) + to_milliseconds(TRY_CAST(w.s.TotalTime AS BIGINT)) AS response_time,
       w.s.CorrelationId AS session_id,
       CASE WHEN w.of_model THEN 'elsewhere' END AS identity_type,
       bare_ip(w.s.CallerIpAddress) AS client_ip,
       nz(w.s.Method) AS method,
       p.route,
       COALESCE(nz(w.s.ModelName), nz(w.s.DeploymentName), apim_model(w.s.Url), p.model) AS model,
       TRY_CAST(w.s.ResponseCode AS BIGINT) AS status_code,
       CASE lower(w.s.IsStreamCompletion) WHEN 'true' THEN true WHEN 'false' THEN false ELSE p.streaming END AS streaming,
       'exact' AS pairing,
       CASE WHEN w.of_model THEN p.truncated ELSE octet_length(encode(p.prompt)) >= 8000 END AS truncated,
       CASE WHEN NOT w.of_model THEN w.outcome
            WHEN p.response IS NOT NULL OR TRY_CAST(w.s.CompletionTokens AS BIGINT) > 0 THEN 'forwarded'
            ELSE 'unknown' END AS outcome,
       CASE WHEN w.outcome = 'denied' AND NOT w.of_model THEN nz(w.s.LastErrorSource) END AS blocked_by,
       w.s.CorrelationId AS correlation_id,
       COALESCE(nz(w.s.RequestId), p.response_id) AS provider_request_id,
       p.prompt, p.prompt_part, p.response, p.response_part,
       COALESCE(TRY_CAST(w.s.PromptTokens AS BIGINT), p.tokens_in) AS tokens_in,
       COALESCE(TRY_CAST(w.s.CompletionTokens AS BIGINT), p.tokens_out) AS tokens_out,
       CASE WHEN nz(w.s.CorrelationId) IS NULL THEN 'missing:CorrelationId' END AS reject
FROM row_of AS w JOIN part AS p ON p.record_no = w.record_no
WHERE (w.of_model AND w.standing = 'llm_log')
   OR (nz(w.s.ResponseCode) IS NOT NULL AND (w.standing = 'gateway_log' OR w.outcome = 'denied'))
