-- Approvals as they stand now (newest snapshot; of two at one instant the one further on, then the one that knows
-- more), with who asked and for what. What the newest leaves out (lists show less than details) is taken from the
-- others, then from the session it was asked in, and where that is not among the records, from the sessions that used
-- its credentials.
CREATE OR REPLACE TABLE w_approval_now AS
WITH ranked AS (
    SELECT a.*, row_number() OVER (
        PARTITION BY a.source_id, a.native_id
        ORDER BY a.observed_at DESC NULLS LAST,
                 CASE a.status WHEN 'revoked' THEN 1 WHEN 'rejected' THEN 2 WHEN 'expired' THEN 3 WHEN 'executed' THEN 4
                               WHEN 'approved' THEN 5 WHEN 'pending' THEN 6 ELSE 7 END,
                 CAST(a.session_id IS NULL AS BIGINT) + CAST(a.exchange_ref IS NULL AS BIGINT)
                 + CAST(a.requester IS NULL AS BIGINT) + CAST(a.requester_email IS NULL AS BIGINT)
                 + CAST(a.connection IS NULL AS BIGINT) + CAST(a.quorum IS NULL AS BIGINT)
                 + CAST(a.rule_name IS NULL AS BIGINT) + CAST(a.expires_at IS NULL AS BIGINT),
                 a.record_hash, a.locator, a.ordinal) AS nth,
           max(a.revoked_at) OVER w AS ever_revoked_at, max(a.expires_at) OVER w AS ever_expires_at,
           max(a.quorum) OVER w AS ever_quorum, max(a.duration_us) OVER w AS ever_duration_us,
           max(a.rule_name) OVER w AS ever_rule_name, max(a.window_start) OVER w AS ever_window_start,
           max(a.window_end) OVER w AS ever_window_end, max(a.external_ref) OVER w AS ever_external_ref,
           max(a.prompt_sha256) OVER w AS ever_prompt_sha256
    FROM w_approval_seen AS a
    WINDOW w AS (PARTITION BY a.source_id, a.native_id)
), child AS (
    SELECT k.source_id, k.parent_session, min(k.subject) AS subject, min(k.subject_email) AS subject_email,
           min(k.connection) AS connection
    FROM session AS k WHERE k.parent_session IS NOT NULL
    GROUP BY k.source_id, k.parent_session
    HAVING count(DISTINCT coalesce(k.subject_email, k.subject)) = 1
)
SELECT r.source_id, r.native_id, r.locator, r.event_time AS asked_at, r.session_id, r.exchange_ref, r.approval_kind,
       r.status, coalesce(r.duration_us, r.ever_duration_us) AS duration_us,
       coalesce(r.quorum, r.ever_quorum) AS quorum,
       coalesce(r.rule_name, r.ever_rule_name) AS rule_name,
       coalesce(r.window_start, r.ever_window_start) AS window_start,
       coalesce(r.window_end, r.ever_window_end) AS window_end,
       coalesce(r.prompt_sha256, r.ever_prompt_sha256) AS prompt_sha256,
       coalesce(r.external_ref, r.ever_external_ref) AS external_ref,
       coalesce(r.connection, s.connection, c.connection) AS connection,
       lower(coalesce(r.requester, s.subject, c.subject)) AS requester,
       coalesce(r.requester_email, s.subject_email, c.subject_email) AS requester_email,
       coalesce(r.expires_at, r.ever_expires_at, s.access_expires_at) AS expires_at,
       coalesce(r.ever_revoked_at, s.access_revoked_at) AS revoked_at, coalesce(s.standing, FALSE) AS standing
FROM ranked AS r
LEFT JOIN session AS s ON s.source_id = r.source_id AND s.native_id = r.session_id
LEFT JOIN child AS c ON c.source_id = r.source_id AND c.parent_session = r.session_id
WHERE r.nth = 1;
