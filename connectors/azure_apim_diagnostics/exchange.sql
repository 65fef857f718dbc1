-- One row per entry. A content filter of the model answers with an error of its own: the request had been forwarded.
WITH logged AS (
    SELECT r.record_no, r.s, r.s.properties AS q, r.options, TRY_CAST(r.s.properties.responseCode AS BIGINT) AS code,
           apim_trace(r.s.properties.traceRecords, COALESCE(r.options['trace_source'], 'copilot-finops')) AS trace
    FROM record AS r
), named AS (
    SELECT l.*, nz(l.trace[COALESCE(l.options['subject_key'], 'oid')]) AS oid, nz(l.q.userId) AS owner,
           nz(l.trace[COALESCE(l.options['name_key'], 'developerName')]) AS name,
           apim_outcome(l.code, TRY_CAST(l.q.backendResponseCode AS BIGINT), lower(l.s.isRequestSuccess)) AS outcome
    FROM logged AS l
)
SELECT n.record_no,
       n.s.correlationId AS native_id,
       utc(n.s."time") AS event_time,
       n.s."time" AS event_time_raw,
       utc(n.s."time") + to_milliseconds(TRY_CAST(n.s.durationMs AS BIGINT)) AS response_time,
       COALESCE(n.oid, n.owner, nz(n.q.apimSubscriptionId)) AS subject,
       CASE WHEN contains(n.name, '@') THEN norm_id(n.name) WHEN n.oid IS NULL AND contains(n.owner, '@')
            THEN norm_id(n.owner) END AS subject_email,
       CASE WHEN n.oid IS NOT NULL THEN 'user' WHEN n.owner IS NOT NULL THEN 'personal_key'
            WHEN nz(n.q.apimSubscriptionId) IS NOT NULL THEN 'api_key' END AS identity_type,
       nz(n.q.apimSubscriptionId) AS credential_id,
       nz(n.q.apiId) AS connection,
       bare_ip(n.s.callerIpAddress) AS client_ip,
       nz(n.q.method) AS method,
       p.route,
       COALESCE(apim_model(n.q.url), p.model) AS model,
       n.code AS status_code,
       p.streaming,
       'exact' AS pairing,
       octet_length(encode(p.prompt)) >= 8000 OR octet_length(encode(p.response)) >= 8000 AS truncated,
       n.outcome,
       CASE WHEN n.outcome = 'denied' THEN COALESCE(nz(n.q.lastError.source), nz(n.q.lastError.reason)) END AS blocked_by,
       n.s.correlationId AS correlation_id,
       p.response_id AS provider_request_id,
       p.prompt, p.prompt_part, p.response, p.response_part, p.tokens_in, p.tokens_out,
       CASE WHEN nz(n.s.correlationId) IS NULL THEN 'missing:correlationId' END AS reject
FROM named AS n JOIN part AS p ON p.record_no = n.record_no
