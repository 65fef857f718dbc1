-- One row per review, from the session that carries it or from the list of reviews (which names the session instead).
--
-- revoke_at is when the access ends, not when it was revoked: that is the date of a group entry with status REVOKED, or
-- of the credentials. access_duration is in nanoseconds. A minimum of 0 means the same as none.
WITH review AS (
    SELECT r.record_no, r.s.review AS v, r.s.id AS session_id, nz(r.s.user_id) AS requester, norm_id(r.s."user") AS email,
           nz(r.s.connection) AS connection, utc(r.s.metadata.credentials_revoked_at) AS credentials_revoked,
           COALESCE(nz(r.s.integrations_metadata.jira_issue_key), nz(r.s.metadata.ticket)) AS ticket
    FROM record AS r WHERE nz(r.s.review.id) IS NOT NULL AND r.s.start_date IS NOT NULL
    UNION ALL
    SELECT r.record_no, struct_pack(id := r.s.id, type := r.s.type, access_duration := r.s.access_duration,
               status := r.s.status, revoke_at := r.s.revoke_at, created_at := r.s.created_at,
               review_groups_data := r.s.review_groups_data, time_window := r.s.time_window,
               access_request_rule_name := r.s.access_request_rule_name, min_approvals := r.s.min_approvals,
               rejection_reason := r.s.rejection_reason),
           nz(r.s.session), NULL, NULL, NULL, NULL, NULL
    FROM record AS r WHERE r.s.start_date IS NULL
)
SELECT w.record_no,
       w.v.id AS native_id,
       utc(w.v.created_at) AS event_time,
       w.v.created_at AS event_time_raw,
       w.session_id, w.requester, w.email AS requester_email, w.connection,
       CASE WHEN w.v.type IN ('onetime', 'jit') THEN w.v.type ELSE 'external' END AS approval_kind,
       CASE w.v.status WHEN 'PENDING' THEN 'pending' WHEN 'APPROVED' THEN 'approved' WHEN 'REJECTED' THEN 'rejected'
            WHEN 'REVOKED' THEN 'revoked' WHEN 'EXECUTED' THEN 'executed' WHEN 'PROCESSING' THEN 'approved'
            ELSE 'unknown' END AS status,
       CASE WHEN w.v.type = 'jit' THEN TRY_CAST(w.v.access_duration AS BIGINT) // 1000 END AS duration_us,
       CASE WHEN w.v.type = 'jit' THEN utc(w.v.revoke_at) END AS expires_at,
       COALESCE((SELECT max(utc(g.g.review_date)) FROM (SELECT UNNEST(w.v.review_groups_data) AS g) AS g
                 WHERE g.g.status = 'REVOKED'), w.credentials_revoked) AS revoked_at,
       NULLIF(TRY_CAST(w.v.min_approvals AS BIGINT), 0) AS quorum,
       nz(w.v.access_request_rule_name) AS rule_name,
       nz(w.v.time_window.configuration.start_time) AS window_start,
       nz(w.v.time_window.configuration.end_time) AS window_end,
       sha256(nz(w.v.rejection_reason)) AS reason_text_sha256,
       w.ticket AS external_ref,
       CASE WHEN nz(w.v.revoke_at) IS NOT NULL AND utc(w.v.revoke_at) IS NULL THEN 'bad_timestamp:revoke_at' END AS reject
FROM review AS w
