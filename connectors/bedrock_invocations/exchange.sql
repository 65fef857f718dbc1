-- One row per invocation. The path is the one of the operation and model, which the log names in its place.
WITH logged AS (
    SELECT r.record_no, r.s, r.options, r.s.identity.arn AS arn,
           regexp_extract(r.s.identity.arn, ':assumed-role/([^/]+)/(.+)$', 1) AS role,
           nz(regexp_extract(r.s.identity.arn, ':assumed-role/([^/]+)/(.+)$', 2)) AS session_name,
           nz(r.s.requestMetadata[r.options['user_key']]) AS named
    FROM record AS r
), asked AS (
    SELECT l.*, l.session_name IS NOT NULL AND (starts_with(l.role, 'AWSReservedSSO_')
               OR COALESCE(l.options['session_name_is'], 'program') = 'person') AS is_person
    FROM logged AS l
)
SELECT a.record_no,
       a.s.requestId AS native_id,
       utc(a.s."timestamp") AS event_time,
       a.s."timestamp" AS event_time_raw,
       1000000 AS time_uncertainty_us,
       CASE WHEN a.is_person THEN a.session_name ELSE COALESCE(a.named, nz(a.arn)) END AS subject,
       CASE WHEN a.is_person AND contains(a.session_name, '@') THEN norm_id(a.session_name)
            WHEN NOT a.is_person AND contains(a.named, '@') THEN norm_id(a.named) END AS subject_email,
       CASE WHEN a.is_person THEN 'user' WHEN a.named IS NOT NULL THEN 'agent' WHEN a.arn LIKE 'arn:%:user/%' THEN 'personal_key'
            WHEN nz(a.arn) IS NOT NULL THEN 'machine' END AS identity_type,
       nz(a.arn) AS credential_id,
       concat_ws('/', nz(a.s.accountId), nz(a.s.region)) AS connection,
       'POST' AS method,
       '/model/' || a.s.modelId || CASE a.s.operation WHEN 'InvokeModel' THEN '/invoke' WHEN 'Converse' THEN '/converse'
           WHEN 'InvokeModelWithResponseStream' THEN '/invoke-with-response-stream' WHEN 'ConverseStream' THEN '/converse-stream'
           ELSE '/' || lower(a.s.operation) END AS route,
       a.s.modelId AS model,
       a.s.operation LIKE '%Stream' AS streaming,
       'exact' AS pairing,
       p.truncated OR (nz(a.s.input.inputBodyS3Path) IS NOT NULL AND p.prompt IS NULL)
           OR (nz(a.s.output.outputBodyS3Path) IS NOT NULL AND p.response IS NULL) AS truncated,
       CASE WHEN a.s.errorCode LIKE '%AccessDenied%' THEN 'denied' WHEN nz(a.s.errorCode) IS NOT NULL THEN 'no_response'
            ELSE 'forwarded' END AS outcome,
       CASE WHEN a.s.errorCode LIKE '%AccessDenied%' THEN NULL ELSE a.s.requestId END AS provider_request_id,
       p.prompt, p.prompt_part, p.response, p.response_part,
       COALESCE(TRY_CAST(a.s.input.inputTokenCount AS BIGINT), p.tokens_in) AS tokens_in,
       COALESCE(TRY_CAST(a.s.output.outputTokenCount AS BIGINT), p.tokens_out) AS tokens_out
FROM asked AS a JOIN part AS p ON p.record_no = a.record_no
