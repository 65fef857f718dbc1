-- One row per review, from the session that carries it or from the list of reviews (which names the session instead).
--
-- revoke_at is when the access ends, not when it was revoked: that is the date of a group entry with status REVOKED, or
-- of the credentials. access_duration is in nanoseconds. A minimum of 0 means the same as none.
WITH review AS (
    SELECT r.record_no, r.s.review.id AS id, r.s.review.type AS type, r.s.review.status AS status,
           r.s.review.created_at AS created_at, r.s.review.revoke_at AS revoke_at,
           r.s.review.access_duration AS duration, r.s.review.min_approvals AS minimum,
           r.s.review.access_request_rule_name AS rule_name, r.s.review.time_window.configuration AS hours,
           r.s.review.rejection_reason AS reason, r.s.review.review_groups_data AS groups, r.s.id AS session_id,
           nz(r.s.user_id) AS requester, r.s."user" AS email, nz(r.s.connection) AS connection,
           utc(r.s.metadata.credentials_revoked_at) AS credentials_revoked,
           COALESCE(nz(r.s.integrations_metadata.jira_issue_key), nz(r.s.metadata.ticket)) AS ticket
    FROM record AS r WHERE nz(r.s.review.id) IS NOT NULL AND r.s.start_date IS NOT NULL
    UNION ALL
    SELECT r.record_no, r.s.id, r.s.type, r.s.status, r.s.created_at, r.s.revoke_at, r.s.access_duration,
           r.s.min_approvals, r.s.access_request_rule_name, r.s.time_window.configuration, r.s.rejection_reason,
           r.s.review_groups_data, nz(r.s.session), NULL, NULL, NULL, NULL, NULL
    FROM record AS r WHERE r.s.start_date IS NULL
)
SELECT w.record_no,
       w.id AS native_id,
       utc(w.created_at) AS event_time,
       w.created_at AS event_time_raw,
       w.session_id,
       w.requester,
       CASE WHEN contains(w.email, '@') THEN norm_id(w.email) END AS requester_email,
       w.connection,
       CASE WHEN w.type IN ('onetime', 'jit') THEN w.type ELSE 'external' END AS approval_kind,
       CASE w.status WHEN 'PENDING' THEN 'pending' WHEN 'APPROVED' THEN 'approved' WHEN 'REJECTED' THEN 'rejected'
            WHEN 'REVOKED' THEN 'revoked' WHEN 'EXECUTED' THEN 'executed' WHEN 'PROCESSING' THEN 'approved'
            ELSE 'unknown' END AS status,
       CASE WHEN w.type = 'jit' THEN TRY_CAST(w.duration AS BIGINT) // 1000 END AS duration_us,
       CASE WHEN w.type = 'jit' THEN utc(w.revoke_at) END AS expires_at,
       COALESCE(list_max(list_transform(list_filter(w.groups, lambda g: g.status = 'REVOKED'),
                                        lambda g: utc(g.review_date))), w.credentials_revoked) AS revoked_at,
       NULLIF(TRY_CAST(w.minimum AS BIGINT), 0) AS quorum,
       nz(w.rule_name) AS rule_name,
       nz(w.hours.start_time) AS window_start,
       nz(w.hours.end_time) AS window_end,
       sha256(nz(w.reason)) AS reason_text_sha256,
       w.ticket AS external_ref,
       CASE WHEN nz(w.revoke_at) IS NOT NULL AND utc(w.revoke_at) IS NULL THEN 'bad_timestamp:revoke_at' END AS reject
FROM review AS w
