-- One row per line; lines of one approval are the same row, of which the one that is further on holds.
SELECT r.record_no,
       nz(r.s.approval_id) AS native_id,
       utc(r.s.requested_at) AS event_time,
       r.s.requested_at AS event_time_raw,
       nz(r.s.session_id) AS session_id,
       nz(r.s.exchange_id) AS exchange_ref,
       nz(r.s.requester) AS requester,
       COALESCE(norm_id(r.s.requester_email), ticket_email(r.s.requester)) AS requester_email,
       nz(r.s.connection) AS connection,
       'external' AS approval_kind,
       CASE WHEN norm_id(r.s.decision) IN ('pending', 'approved', 'rejected', 'revoked', 'expired') THEN norm_id(r.s.decision)
            WHEN nz(r.s.decision) IS NULL THEN 'pending' ELSE 'unknown' END AS status,
       utc(r.s.expires_at) AS expires_at,
       COALESCE(utc(r.s.revoked_at), CASE WHEN norm_id(r.s.decision) = 'revoked' THEN utc(r.s.decided_at) END) AS revoked_at,
       TRY_CAST(r.s.quorum AS BIGINT) AS quorum,
       nz(r.s.rule) AS rule_name,
       lower(nz(r.s.prompt_sha256)) AS prompt_sha256,
       sha256(nz(r.s.reason)) AS reason_text_sha256,
       nz(r.s.ticket) AS external_ref,
       CASE WHEN nz(r.s.quorum) IS NOT NULL AND COALESCE(TRY_CAST(r.s.quorum AS BIGINT) < 1, true) THEN 'bad_number:quorum'
            WHEN nz(r.s.prompt_sha256) IS NOT NULL AND NOT regexp_matches(lower(trim(r.s.prompt_sha256)), '^[0-9a-f]{64}$')
            THEN 'bad_hash:prompt_sha256' END AS reject
FROM record AS r
