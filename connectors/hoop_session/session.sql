-- One row per session record. Reviews listed on their own are no sessions.
--
-- What kind of session it is (a credential is issued, traffic passes, a script runs...) is told from identity_type,
-- verb, metadata and review; a recording that only says that its log was lost is a placeholder.
WITH lost AS (
    SELECT p.record_no
    FROM part AS p
    WHERE p.kind = 'stream' AND contains(lower(COALESCE(p.response, '')), 'no log found on disk')
), recorded AS (
    SELECT p.record_no, count(*) AS parts FROM part AS p GROUP BY p.record_no
), known AS (
    SELECT r.record_no, r.s, l.record_no IS NOT NULL AS is_lost, COALESCE(d.parts, 0) AS parts,
           utc(r.s.metadata.credentials_expire_at) AS expires
    FROM record AS r
    LEFT JOIN lost AS l ON l.record_no = r.record_no
    LEFT JOIN recorded AS d ON d.record_no = r.record_no
    WHERE r.s.start_date IS NOT NULL
)
SELECT k.record_no,
       k.s.id AS native_id,
       utc(k.s.start_date) AS event_time,
       k.s.start_date AS event_time_raw,
       utc(k.s.end_date) AS end_time,
       CASE WHEN k.is_lost THEN 'placeholder'
            WHEN k.s.identity_type = 'machine' THEN 'machine'
            WHEN k.s.verb = 'exec' THEN 'exec'
            WHEN nz(k.s.metadata.credential_session) IS NOT NULL THEN 'proxied_traffic'
            WHEN nz(k.s.metadata.credentials_expire_at) IS NOT NULL THEN 'credential_issuance'
            WHEN k.s.review.type = 'jit' AND k.parts = 0 AND COALESCE(k.s.event_size, '0') = '0'
                THEN 'credential_issuance'
            ELSE 'cli_connect' END AS session_kind,
       nz(k.s.user_id) AS subject,
       CASE WHEN contains(k.s."user", '@') THEN norm_id(k.s."user") END AS subject_email,
       nz(k.s.user_name) AS subject_name,
       k.s.identity_type AS identity_type,
       nz(k.s.connection) AS connection,
       concat_ws('/', nz(k.s.type), nz(k.s.connection_subtype)) AS connection_type,
       lower(k.s.status) AS status,
       nz(k.s.metadata.credential_session) AS parent_session,
       nz(k.s.correlation_id) AS correlation_id,
       COALESCE(nz(k.s.integrations_metadata.jira_issue_key), nz(k.s.metadata.ticket), nz(k.s.metadata.change)) AS ticket,
       CASE WHEN k.expires < TIMESTAMP '9999-01-01' THEN k.expires END AS access_expires_at,
       utc(k.s.metadata.credentials_revoked_at) AS access_revoked_at,
       k.expires >= TIMESTAMP '9999-01-01' AS standing,
       CASE k.s.metrics.truncated WHEN 'true' THEN true WHEN 'false' THEN false END AS truncated,
       CASE WHEN k.is_lost THEN 'lost'
            WHEN k.parts > 0 OR COALESCE(k.s.event_size, '0') <> '0' THEN 'recorded'
            ELSE 'none' END AS recording
FROM known AS k
