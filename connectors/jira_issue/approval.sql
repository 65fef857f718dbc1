-- One row per issue. The last move into a state that approves or rejects says how it stands, wherever it went since;
-- without a changelog the present state says so. Approvals of Service Management go first. A CSV names fields by words.
WITH issue AS (
    SELECT r.record_no, r.options, r.s.changelog.histories AS histories, COALESCE(nz(r.s.key), r.s."Issue key") AS key,
           COALESCE(r.s.fields, CAST(r.raw AS JSON)) AS f, r.options['approved_statuses'] AS yes, r.options['rejected_statuses'] AS no,
           ticket_field(COALESCE(r.s.fields, r.raw), r.options['session_field']) AS session_id,
           ticket_field(COALESCE(r.s.fields, r.raw), r.options['connection_field']) AS connection,
           ticket_field(COALESCE(r.s.fields, r.raw), r.options['expires_field']) AS expires
    FROM record AS r
), moved AS (
    SELECT i.record_no, utc(i.h.created) AS at, i.h.id, list_filter(i.h.items, lambda m: lower(m.field) = 'status')[-1]."toString" AS state
    FROM (SELECT i.record_no, UNNEST(i.histories) AS h FROM issue AS i) AS i
), decided AS (
    SELECT m.record_no, m.state, row_number() OVER (PARTITION BY m.record_no ORDER BY m.at DESC, m.id DESC) AS nth
    FROM moved AS m JOIN issue AS i ON i.record_no = m.record_no
    WHERE ticket_among(m.state, i.yes) OR ticket_among(m.state, i.no)
), opened AS (
    SELECT i.*, json_extract_string(i.f, ['$.status.name', '/Status', '$.reporter.emailAddress', '$.reporter.accountId', '$.reporter.name',
               '/Reporter Id', '/Reporter', '$.created', '/Created', '$.summary', '/Summary', '$.status.statusCategory.key']) AS x
    FROM issue AS i
), told AS (
    SELECT i.*, COALESCE(d.state, i.x[1], i.x[2]) AS state,
           CASE WHEN contains(i.f::VARCHAR, 'finalDecision') OR contains(i.f::VARCHAR, '\u')
                THEN list_filter(flatten(list_transform(list_filter(json_extract(i.f, '$.*'), lambda v: json_type(v) = 'ARRAY'),
                    lambda v: v ->> '$[*].finalDecision')), lambda x: x IS NOT NULL) END AS final,
           COALESCE(nz(i.x[3]), nz(i.x[4]), nz(i.x[5]), nz(i.x[6]), nz(i.x[7])) AS requester,
           COALESCE(i.x[8], i.x[9]) AS raw_time, COALESCE(i.x[10], i.x[11]) AS summary
    FROM opened AS i LEFT JOIN decided AS d ON d.record_no = i.record_no AND d.nth = 1
), timed AS (
    SELECT r.*, ticket_among(r.state, r.options['approved_statuses']) AS approves,
           ticket_among(r.state, r.options['rejected_statuses']) AS rejects,
           ticket_at(r.raw_time, r.options['times'], r.options['zone']) AS at,
           ticket_at(r.expires, r.options['times'], r.options['zone']) AS expires_at
    FROM told AS r
)
SELECT t.record_no,
       t.key AS native_id,
       t.at AS event_time,
       t.raw_time AS event_time_raw,
       t.session_id,
       t.requester,
       ticket_email(t.requester) AS requester_email,
       t.connection,
       'external' AS approval_kind,
       CASE WHEN list_contains(t.final, 'declined') THEN 'rejected' WHEN list_contains(t.final, 'pending') THEN 'pending'
            WHEN list_contains(t.final, 'approved') OR t.approves THEN 'approved'
            WHEN t.rejects THEN 'rejected'
            WHEN t.x[12] = 'done' THEN 'unknown' ELSE 'pending' END AS status,
       t.expires_at,
       sha256(nz(t.summary)) AS reason_text_sha256,
       t.key AS external_ref,
       CASE WHEN t.at IS NULL THEN 'bad_timestamp:fields.created' END AS reject
FROM timed AS t
