-- One row per issue. The last move into a state that approves or rejects says how it stands, wherever it went since;
-- without a changelog the present state says so. Approvals of Service Management go first. A CSV names fields by words.
WITH issue AS (
    SELECT r.record_no, r.s.changelog.histories AS histories, r.options, COALESCE(nz(r.s.key), r.s."Issue key") AS key,
           COALESCE(r.s.fields, CAST(r.raw AS JSON)) AS f, r.options['approved_statuses'] AS yes, r.options['rejected_statuses'] AS no
    FROM record AS r
), moved AS (
    SELECT i.record_no, utc(i.h.created) AS at, i.h.id, list_filter(i.h.items, lambda m: lower(m.field) = 'status')[-1]."toString" AS state
    FROM (SELECT i.record_no, UNNEST(i.histories) AS h FROM issue AS i) AS i
), decided AS (
    SELECT m.record_no, m.state, row_number() OVER (PARTITION BY m.record_no ORDER BY m.at DESC, m.id DESC) AS nth
    FROM moved AS m JOIN issue AS i ON i.record_no = m.record_no
    WHERE ticket_among(m.state, i.yes) OR ticket_among(m.state, i.no)
), told AS (
    SELECT i.*, COALESCE(d.state, i.f ->> '$.status.name', i.f ->> '/Status') AS state,
           list_filter(flatten(list_transform(list_filter(json_extract(i.f, '$.*'), lambda v: json_type(v) = 'ARRAY'),
               lambda v: v ->> '$[*].finalDecision')), lambda x: x IS NOT NULL) AS final,
           COALESCE(nz(i.f ->> '$.reporter.emailAddress'), nz(i.f ->> '$.reporter.accountId'), nz(i.f ->> '$.reporter.name'),
                    nz(i.f ->> '/Reporter Id'), nz(i.f ->> '/Reporter')) AS requester,
           COALESCE(i.f ->> '$.created', i.f ->> '/Created') AS raw_time,
           COALESCE(i.f ->> '$.summary', i.f ->> '/Summary') AS summary
    FROM issue AS i LEFT JOIN decided AS d ON d.record_no = i.record_no AND d.nth = 1
)
SELECT t.record_no,
       t.key AS native_id,
       ticket_at(t.raw_time, t.options) AS event_time,
       t.raw_time AS event_time_raw,
       ticket_field(t.f, t.options, 'session_field') AS session_id,
       t.requester,
       ticket_email(t.requester) AS requester_email,
       ticket_field(t.f, t.options, 'connection_field') AS connection,
       'external' AS approval_kind,
       CASE WHEN list_contains(t.final, 'declined') THEN 'rejected' WHEN list_contains(t.final, 'pending') THEN 'pending'
            WHEN list_contains(t.final, 'approved') OR ticket_among(t.state, t.yes) THEN 'approved'
            WHEN ticket_among(t.state, t.no) THEN 'rejected'
            WHEN (t.f ->> '$.status.statusCategory.key') = 'done' THEN 'unknown' ELSE 'pending' END AS status,
       ticket_at(ticket_field(t.f, t.options, 'expires_field'), t.options) AS expires_at,
       sha256(nz(t.summary)) AS reason_text_sha256,
       t.key AS external_ref,
       CASE WHEN ticket_at(t.raw_time, t.options) IS NULL THEN 'bad_timestamp:fields.created' END AS reject
FROM told AS t
