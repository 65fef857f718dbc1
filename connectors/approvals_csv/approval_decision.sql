-- One row per line that names a decision, an approver or a group.
SELECT r.record_no,
       concat_ws('/', nz(r.s.approval_id), COALESCE(norm_id(r.s.approver_group), norm_id(r.s.approver_email), norm_id(r.s.approver)),
                 norm_id(r.s.decision)) AS native_id,
       utc(r.s.decided_at) AS event_time,
       nz(r.s.decided_at) AS event_time_raw,
       nz(r.s.approval_id) AS approval_id,
       COALESCE(nz(r.s.approver_group), norm_id(r.s.approver_email), norm_id(r.s.approver)) AS group_name,
       CASE WHEN norm_id(r.s.decision) IN ('pending', 'approved', 'rejected', 'revoked') THEN norm_id(r.s.decision)
            WHEN nz(r.s.decision) IS NULL THEN 'pending' ELSE 'unknown' END AS status,
       nz(r.s.approver) AS actor,
       COALESCE(norm_id(r.s.approver_email), ticket_email(r.s.approver)) AS actor_email,
       CASE WHEN norm_id(r.s.decided_by) IN ('person', 'api_key', 'automation') THEN norm_id(r.s.decided_by)
            WHEN COALESCE(nz(r.s.approver), nz(r.s.approver_email)) IS NOT NULL THEN 'person' END AS actor_kind,
       CASE WHEN norm_id(r.s.decision) IN ('approved', 'rejected', 'revoked') AND nz(r.s.decided_at) IS NULL
            THEN 'missing:decided_at' END AS reject
FROM record AS r
WHERE COALESCE(nz(r.s.decision), nz(r.s.approver), nz(r.s.approver_email), nz(r.s.approver_group)) IS NOT NULL
