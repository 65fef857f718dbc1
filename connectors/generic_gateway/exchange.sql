-- One row per record. Who vouches for the user decides what he is: the gateway's validated user, the owner of a key, or
-- the word of a program. A column of groups that is empty says nothing, an empty list says none.
WITH logged AS (
    SELECT r.record_no, r.record_hash, r.mapped AS m, r.options['identity'] AS vouched, r.options['connection'] AS connection,
           instant(r.mapped['time'], r.options['times'], r.options['zone']) AS at,
           instant(r.mapped['response_time'], r.options['times'], r.options['zone']) AS answered_at,
           instant(r.mapped['token_issued'], r.options['times'], r.options['zone']) AS issued_at,
           instant(r.mapped['token_expires'], r.options['times'], r.options['zone']) AS expires_at,
           instant(r.mapped['authenticated'], r.options['times'], r.options['zone']) AS authenticated_at,
           one_of(r.mapped['outcome'], r.options['forwarded']) AS passed,
           one_of(r.mapped['outcome'], r.options['blocked']) OR nz(r.mapped['blocked_by']) IS NOT NULL AS stopped,
           TRY_CAST(r.mapped['status'] AS BIGINT) AS status,
           COALESCE(nz(r.mapped['user']), nz(r.mapped['user_email'])) AS who
    FROM record AS r
)
SELECT l.record_no,
       COALESCE(nz(l.m['id']), l.record_hash) AS native_id,
       l.at AS event_time,
       l.m['time'] AS event_time_raw,
       l.answered_at AS response_time,
       nz(l.m['session']) AS session_id,
       COALESCE(nz(l.m['user']), CASE WHEN l.who IS NULL THEN nz(l.m['key']) END) AS subject,
       norm_id(CASE WHEN contains(l.m['user_email'], '@') THEN l.m['user_email'] WHEN contains(l.m['user'], '@')
               THEN l.m['user'] END) AS subject_email,
       CASE WHEN l.who IS NULL THEN CASE WHEN nz(l.m['key']) IS NOT NULL THEN 'api_key' END
            WHEN l.vouched = 'key' THEN 'personal_key' WHEN l.vouched = 'program' THEN 'agent' ELSE 'user' END AS identity_type,
       nz(l.m['key']) AS credential_id,
       COALESCE(nz(l.m['connection']), l.connection) AS connection,
       bare_ip(l.m['client_ip']) AS client_ip,
       nz(l.m['token']) AS token_id,
       l.issued_at AS token_issued_at,
       l.expires_at AS token_expires_at,
       l.authenticated_at AS token_auth_time,
       nz(l.m['idp_session']) AS idp_session_id,
       array_to_string(list_sort(list_distinct(list_filter(regexp_split_to_array(
           regexp_replace(nz(l.m['groups']), '[\[\]"]', '', 'g'), '\s*[,;]\s*'), lambda g: g <> ''))), ',') AS claimed_groups,
       upper(nz(l.m['method'])) AS method,
       p.route,
       COALESCE(nz(l.m['model']), p.model) AS model,
       l.status AS status_code,
       p.streaming,
       'exact' AS pairing,
       p.truncated,
       CASE WHEN l.stopped THEN 'blocked' WHEN l.passed THEN 'forwarded' WHEN l.status IN (401, 403, 429) THEN 'denied'
            WHEN l.status BETWEEN 200 AND 399 THEN 'forwarded' WHEN l.status IS NOT NULL THEN 'no_response'
            WHEN p.response IS NOT NULL THEN 'forwarded' ELSE 'unknown' END AS outcome,
       nz(l.m['blocked_by']) AS blocked_by,
       CASE WHEN lower(l.m['risk']) IN ('low', 'medium', 'high') THEN lower(l.m['risk']) END AS risk_level,
       nz(l.m['correlation']) AS correlation_id,
       COALESCE(nz(l.m['provider_request']), p.response_id) AS provider_request_id,
       p.prompt, p.prompt_part, p.response, p.response_part,
       COALESCE(TRY_CAST(l.m['tokens_in'] AS BIGINT), p.tokens_in) AS tokens_in,
       COALESCE(TRY_CAST(l.m['tokens_out'] AS BIGINT), p.tokens_out) AS tokens_out,
       CASE WHEN nz(l.m['time']) IS NOT NULL AND l.at IS NULL THEN 'bad_timestamp:columns.time' END AS reject
FROM logged AS l JOIN part AS p ON p.record_no = l.record_no
