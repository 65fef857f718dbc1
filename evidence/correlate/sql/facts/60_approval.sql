-- Approvals as they stand now (newest snapshot; of two at one instant the one further on), with who asked and for what.
-- What the approval leaves out is taken from the gateway session it was asked in.
CREATE OR REPLACE TABLE w_approval_now AS
WITH ranked AS (
    SELECT a.*, row_number() OVER (
        PARTITION BY a.source_id, a.native_id
        ORDER BY a.observed_at DESC NULLS LAST,
                 CASE a.status WHEN 'revoked' THEN 1 WHEN 'rejected' THEN 2 WHEN 'expired' THEN 3 WHEN 'executed' THEN 4
                               WHEN 'approved' THEN 5 WHEN 'pending' THEN 6 ELSE 7 END,
                 a.record_hash, a.locator, a.ordinal) AS nth,
           max(a.revoked_at) OVER (PARTITION BY a.source_id, a.native_id) AS ever_revoked_at,
           max(a.expires_at) OVER (PARTITION BY a.source_id, a.native_id) AS ever_expires_at
    FROM w_approval_seen AS a
)
SELECT r.source_id, r.native_id, r.locator, r.event_time AS asked_at, r.session_id, r.exchange_ref, r.approval_kind,
       r.status, r.duration_us, r.quorum, r.rule_name, r.window_start, r.window_end, r.prompt_sha256, r.external_ref,
       coalesce(r.connection, s.connection) AS connection,
       lower(coalesce(r.requester, s.subject)) AS requester, coalesce(r.requester_email, s.subject_email) AS requester_email,
       coalesce(r.expires_at, r.ever_expires_at, s.access_expires_at) AS expires_at,
       coalesce(r.ever_revoked_at, s.access_revoked_at) AS revoked_at, coalesce(s.standing, FALSE) AS standing
FROM ranked AS r
LEFT JOIN session AS s ON s.source_id = r.source_id AND s.native_id = r.session_id
WHERE r.nth = 1;
