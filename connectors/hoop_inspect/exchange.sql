-- One row per statement that passed or was refused; one per response whose text was captured.
--
-- What a row is about stands behind a # where no path says it: the verb of a statement, or that it is a response.
-- Of HTTP the statement is no more than the request line, which may hold a key: the body is the text. A fingerprint in
-- the place of a text (sha256: and sixteen digits) is no text.
WITH seen AS (
    SELECT r.record_no, r.record_hash, r.s, r.s.direction = 'server' AS answers, r.s.protocol = 'http' AS is_http,
           NOT regexp_full_match(COALESCE(r.s.http.body, r.s.statement, ''), 'sha256:[0-9a-f]{16}') AS readable,
           r.s.principal AS who, COALESCE(r.options['principal_is'], 'user') AS principal_is
    FROM record AS r WHERE r.s.kind IN ('statement', 'violation')
)
SELECT e.record_no,
       e.record_hash AS native_id,
       utc(e.s."timestamp") AS event_time,
       e.s."timestamp" AS event_time_raw,
       CASE WHEN e.answers THEN utc(e.s."timestamp") END AS response_time,
       e.s.session_id,
       CASE WHEN e.who <> 'anonymous' THEN nz(e.who) END AS subject,
       CASE WHEN contains(e.who, '@') THEN norm_id(e.who) END AS subject_email,
       CASE WHEN nz(e.who) IS NULL OR e.who = 'anonymous' THEN NULL WHEN e.principal_is = 'user' THEN 'user' ELSE 'agent' END
           AS identity_type,
       nz(e.s.connection) AS connection,
       CASE WHEN e.is_http THEN nz(e.s.http.method) ELSE 'EXEC' END AS method,
       CASE WHEN e.answers THEN COALESCE(route_of(e.s.http.path), '') || '#response' WHEN e.is_http THEN route_of(e.s.http.path)
            ELSE '#' || nz(e.s.operation) END AS route,
       p.model,
       TRY_CAST(e.s.http.status_code AS BIGINT) AS status_code,
       'unpaired' AS pairing,
       e.s.http.body_truncated = 'true' OR ends_with(COALESCE(e.s.statement, ''), '...[truncated]') AS truncated,
       CASE WHEN e.s.kind = 'violation' OR e.s.allowed = 'false' THEN 'blocked' WHEN e.answers THEN 'unknown'
            ELSE 'forwarded' END AS outcome,
       CASE WHEN e.s.kind = 'violation' OR e.s.allowed = 'false' THEN nz(e.s.rule) END AS blocked_by,
       CASE WHEN e.readable AND NOT e.answers THEN CASE WHEN e.is_http THEN p.prompt ELSE nz(e.s.statement) END END AS prompt,
       CASE WHEN e.readable AND NOT e.answers THEN CASE WHEN e.is_http THEN p.prompt_part ELSE 'record:statement' END END
           AS prompt_part,
       CASE WHEN e.readable AND e.answers THEN p.response END AS response,
       CASE WHEN e.readable AND e.answers THEN p.response_part END AS response_part,
       CASE WHEN e.answers THEN p.tokens_in END AS tokens_in,
       CASE WHEN e.answers THEN p.tokens_out END AS tokens_out
FROM seen AS e LEFT JOIN part AS p ON p.record_no = e.record_no
