-- One row per request in the gateway's log: who asked, over which API.
WITH logged AS (
    SELECT r.record_no, r.s, r.options, COALESCE(nz(r.s.TimeGenerated), r.s."TimeGenerated [UTC]") AS said_at,
           apim_trace(r.s.TraceRecords, COALESCE(r.options['trace_source'], 'copilot-finops')) AS trace
    FROM record AS r WHERE nz(r.s.ResponseCode) IS NOT NULL
), named AS (
    SELECT l.record_no, l.s, l.said_at, nz(l.trace[COALESCE(l.options['subject_key'], 'oid')]) AS oid,
           nz(l.trace[COALESCE(l.options['name_key'], 'developerName')]) AS name, nz(l.s.UserId) AS owner
    FROM logged AS l
)
SELECT n.record_no,
       n.s.CorrelationId AS native_id,
       apim_time(n.said_at) AS event_time,
       n.said_at AS event_time_raw,
       apim_time(n.said_at) + to_milliseconds(TRY_CAST(n.s.TotalTime AS BIGINT)) AS end_time,
       'proxied_traffic' AS session_kind,
       COALESCE(n.oid, n.owner, nz(n.s.ApimSubscriptionId)) AS subject,
       CASE WHEN contains(n.name, '@') THEN norm_id(n.name) WHEN n.oid IS NULL AND contains(n.owner, '@')
            THEN norm_id(n.owner) END AS subject_email,
       n.name AS subject_name,
       CASE WHEN n.oid IS NOT NULL THEN 'user' WHEN n.owner IS NOT NULL THEN 'personal_key'
            WHEN nz(n.s.ApimSubscriptionId) IS NOT NULL THEN 'api_key' END AS identity_type,
       nz(n.s.ApiId) AS connection,
       'done' AS status,
       n.s.CorrelationId AS correlation_id,
       'recorded' AS recording,
       CASE WHEN nz(n.s.CorrelationId) IS NULL THEN 'missing:CorrelationId' END AS reject
FROM named AS n
