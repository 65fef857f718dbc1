-- One row per session record. Reviews listed on their own are no sessions.
--
-- What kind of session it is (a credential is issued, traffic passes, a script runs...) is told from identity_type,
-- verb, metadata and review; a recording that only says that its log was lost is a placeholder.
WITH seen AS (
    SELECT r.record_no, r.s.id AS id, r.s.start_date AS start_date, r.s.end_date AS end_date, nz(r.s.user_id) AS subject,
           r.s."user" AS email, nz(r.s.user_name) AS name, r.s.identity_type AS identity_type, r.s.verb AS verb,
           nz(r.s.connection) AS connection, r.s.type AS type, r.s.connection_subtype AS subtype, r.s.status AS status,
           nz(r.s.metadata.credential_session) AS parent, nz(r.s.metadata.credentials_expire_at) AS expire_at,
           utc(r.s.metadata.credentials_expire_at) AS expires, r.s.metadata.credentials_revoked_at AS revoked_at,
           r.s.review.type = 'jit' AS is_jit, COALESCE(r.s.event_size, '0') <> '0' AS has_events,
           nz(r.s.correlation_id) AS correlation_id, r.s.metrics.truncated AS truncated,
           COALESCE(nz(r.s.integrations_metadata.jira_issue_key), nz(r.s.metadata.ticket), nz(r.s.metadata.change)) AS ticket
    FROM record AS r
    WHERE r.s.start_date IS NOT NULL
), recorded AS (
    SELECT p.record_no, max(CASE WHEN p.kind = 'stream' AND contains(lower(COALESCE(p.response, '')),
               'no log found on disk') THEN 1 ELSE 0 END) = 1 AS is_lost
    FROM part AS p GROUP BY p.record_no
)
SELECT k.record_no,
       k.id AS native_id,
       utc(k.start_date) AS event_time,
       k.start_date AS event_time_raw,
       utc(k.end_date) AS end_time,
       CASE WHEN d.is_lost THEN 'placeholder'
            WHEN k.identity_type = 'machine' THEN 'machine'
            WHEN k.verb = 'exec' THEN 'exec'
            WHEN k.parent IS NOT NULL THEN 'proxied_traffic'
            WHEN k.expire_at IS NOT NULL THEN 'credential_issuance'
            WHEN k.is_jit AND d.record_no IS NULL AND NOT k.has_events THEN 'credential_issuance'
            ELSE 'cli_connect' END AS session_kind,
       k.subject,
       CASE WHEN contains(k.email, '@') THEN norm_id(k.email) END AS subject_email,
       k.name AS subject_name,
       k.identity_type,
       k.connection,
       concat_ws('/', nz(k.type), nz(k.subtype)) AS connection_type,
       lower(k.status) AS status,
       k.parent AS parent_session,
       k.correlation_id,
       k.ticket,
       CASE WHEN k.expires < TIMESTAMP '9999-01-01' THEN k.expires END AS access_expires_at,
       utc(k.revoked_at) AS access_revoked_at,
       k.expires >= TIMESTAMP '9999-01-01' AS standing,
       CASE k.truncated WHEN 'true' THEN true WHEN 'false' THEN false END AS truncated,
       CASE WHEN d.is_lost THEN 'lost' WHEN d.record_no IS NOT NULL OR k.has_events THEN 'recorded' ELSE 'none' END AS recording
FROM seen AS k LEFT JOIN recorded AS d ON d.record_no = k.record_no
