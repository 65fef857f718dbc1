-- One row per change that was up for approval. It holds for the planned time of the change, where one is given.
WITH change AS (
    SELECT r.record_no, r.options, ticket_text(r.s.number) AS number, ticket_shown(r.s.state) AS state, ticket_shown(r.s.cmdb_ci) AS item,
           ticket_text(r.s.short_description) AS reason, COALESCE(ticket_text(r.s.opened_at), ticket_text(r.s.sys_created_on)) AS raw_time,
           ticket_text(r.s.end_date) AS raw_end, COALESCE(ticket_shown(r.s.requested_by), ticket_shown(r.s.opened_by)) AS requester,
           norm_id(ticket_shown(r.s.approval)) AS approval, ticket_field(r.raw, r.options['session_field']) AS session_id,
           ticket_field(r.raw, r.options['connection_field']) AS connection
    FROM record AS r WHERE r.s.sysapproval IS NULL
), timed AS (
    SELECT r.*, ticket_at(r.raw_time, r.options['times'], r.options['zone']) AS at,
           ticket_at(r.raw_end, r.options['times'], r.options['zone']) AS ends
    FROM change AS r
)
SELECT c.record_no,
       c.number AS native_id,
       c.at AS event_time,
       c.raw_time AS event_time_raw,
       c.session_id,
       c.requester,
       ticket_email(c.requester) AS requester_email,
       COALESCE(c.connection, c.item) AS connection,
       'external' AS approval_kind,
       CASE WHEN ticket_among(c.state, 'cancelled,canceled,4') AND c.approval <> 'rejected' THEN 'revoked'
            WHEN c.approval IN ('approved', 'rejected') THEN c.approval
            WHEN c.approval IN ('requested', 'not requested', 'not yet requested') THEN 'pending' ELSE 'unknown' END AS status,
       c.ends AS expires_at,
       sha256(c.reason) AS reason_text_sha256,
       c.number AS external_ref,
       CASE WHEN c.number IS NULL THEN 'missing:number'
            WHEN c.at IS NULL THEN 'bad_timestamp:opened_at'
            WHEN c.raw_end IS NOT NULL AND c.ends IS NULL THEN 'bad_timestamp:end_date' END AS reject
FROM timed AS c
