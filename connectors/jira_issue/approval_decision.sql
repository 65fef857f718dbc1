-- One row per approver of a step of Service Management, and one per move into a state that approves or rejects. Moves
-- belong to one group (workflow), so that one of them completes the approval. Who had not answered when a step was
-- decided was not needed. Without a changelog nobody is known to have decided.
WITH issue AS (
    SELECT r.record_no, r.s, r.s.fields AS f, r.options['approved_statuses'] AS yes,
           r.options['rejected_statuses'] AS no
    FROM record AS r
), step AS (
    SELECT i.record_no, i.s.key AS key, UNNEST(list_filter(flatten(list_transform(list_filter(json_extract(i.f, '$.*'),
               lambda v: json_type(v) = 'ARRAY'), lambda v: v -> '$[*]')), lambda v: json_exists(v, '$.approvers'))) AS a
    FROM issue AS i
), answer AS (
    SELECT s.*, UNNEST(s.a -> '$.approvers[*]') AS p FROM step AS s
), history AS (
    SELECT i.record_no, i.s.key AS key, i.yes, i.no, UNNEST(i.s.changelog.histories) AS h FROM issue AS i
), moved AS (
    SELECT h.*, list_filter(h.h.items, lambda m: lower(m.field) = 'status')[-1]."toString" AS state FROM history AS h
), said AS (
    SELECT a.record_no, a.key, concat_ws('/', a.key, a.a ->> '$.id', a.p ->> '$.approver.accountId', a.p ->> '$.approver.emailAddress') AS id,
           a.a ->> '$.name' AS step, COALESCE(a.p ->> '$.approver.emailAddress', a.p ->> '$.approver.accountId', a.p ->> '$.approver.name') AS who,
           CASE a.p ->> '$.approverDecision' WHEN 'approved' THEN 'approved' WHEN 'declined' THEN 'rejected' WHEN 'pending' THEN 'pending'
                ELSE 'unknown' END AS status, a.a ->> '$.completedDate.iso8601' AS raw_time, 'person' AS kind
    FROM answer AS a WHERE (a.p ->> '$.approverDecision') <> 'pending' OR (a.a ->> '$.finalDecision') = 'pending'
    UNION ALL
    SELECT m.record_no, m.key, m.key || '/' || m.h.id, 'workflow', COALESCE(nz(m.h.author.emailAddress), nz(m.h.author.accountId),
               nz(m.h.author.name)), CASE WHEN ticket_among(m.state, m.yes) THEN 'approved' ELSE 'rejected' END, m.h.created,
           CASE WHEN m.h.author.accountType = 'app' THEN 'automation' ELSE 'person' END
    FROM moved AS m WHERE ticket_among(m.state, m.yes) OR ticket_among(m.state, m.no)
)
SELECT s.record_no, s.id AS native_id,
       row_number() OVER (PARTITION BY s.record_no, s.id ORDER BY s.raw_time) - 1 AS ordinal,
       CASE WHEN s.status <> 'pending' THEN utc(s.raw_time) END AS event_time,
       s.raw_time AS event_time_raw,
       s.key AS approval_id,
       CASE s.step WHEN 'workflow' THEN s.step ELSE concat_ws('/', s.step, norm_id(s.who)) END AS group_name,
       s.status, s.who AS actor, ticket_email(s.who) AS actor_email, s.kind AS actor_kind,
       CASE WHEN nz(s.raw_time) IS NOT NULL AND utc(s.raw_time) IS NULL THEN 'bad_timestamp:changelog.created' END AS reject
FROM said AS s
