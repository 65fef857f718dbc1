-- One row per change that was up for approval. It holds for the planned time of the change, where one is given.
WITH change AS (
    SELECT r.record_no, r.s, r.raw, r.options, COALESCE(ticket_text(r.s.opened_at), ticket_text(r.s.sys_created_on)) AS raw_time,
           COALESCE(ticket_shown(r.s.requested_by), ticket_shown(r.s.opened_by)) AS requester,
           norm_id(ticket_shown(r.s.approval)) AS approval
    FROM record AS r WHERE r.s.sysapproval IS NULL
)
SELECT c.record_no,
       ticket_text(c.s.number) AS native_id,
       ticket_at(c.raw_time, c.options) AS event_time,
       c.raw_time AS event_time_raw,
       ticket_field(c.raw, c.options, 'session_field') AS session_id,
       c.requester,
       ticket_email(c.requester) AS requester_email,
       COALESCE(ticket_field(c.raw, c.options, 'connection_field'), ticket_shown(c.s.cmdb_ci)) AS connection,
       'external' AS approval_kind,
       CASE WHEN ticket_among(ticket_shown(c.s.state), 'cancelled,canceled,4') AND c.approval <> 'rejected' THEN 'revoked'
            WHEN c.approval IN ('approved', 'rejected') THEN c.approval
            WHEN c.approval IN ('requested', 'not requested', 'not yet requested') THEN 'pending' ELSE 'unknown' END AS status,
       ticket_at(ticket_text(c.s.end_date), c.options) AS expires_at,
       sha256(ticket_text(c.s.short_description)) AS reason_text_sha256,
       ticket_text(c.s.number) AS external_ref,
       CASE WHEN ticket_text(c.s.number) IS NULL THEN 'missing:number'
            WHEN ticket_at(c.raw_time, c.options) IS NULL THEN 'bad_timestamp:opened_at'
            WHEN ticket_text(c.s.end_date) IS NOT NULL AND ticket_at(ticket_text(c.s.end_date), c.options) IS NULL
            THEN 'bad_timestamp:end_date' END AS reject
FROM change AS c
