-- One row per approver of a change; and, where the source's option says so, one for the change itself.
WITH said AS (
    SELECT r.record_no, r.options, ticket_shown(r.s.sysapproval) AS change_no, ticket_text(r.s.sys_id) AS id,
           ticket_shown(r.s.approver) AS who, ticket_shown(r.s."group") AS group_name, norm_id(ticket_shown(r.s.state)) AS state,
           COALESCE(ticket_text(r.s.sys_updated_on), ticket_text(r.s.sys_created_on)) AS raw_time
    FROM record AS r WHERE r.s.sysapproval IS NOT NULL
    UNION ALL
    SELECT r.record_no, r.options, ticket_text(r.s.number), ticket_text(r.s.number), NULL, 'change',
           norm_id(ticket_shown(r.s.approval)), ticket_text(r.s.approval_set)
    FROM record AS r
    WHERE r.s.sysapproval IS NULL AND r.options['decision_from_change'] = 'true' AND ticket_text(r.s.approval_set) IS NOT NULL
), told AS (
    SELECT r.*, CASE WHEN r.state IN ('approved', 'rejected') THEN r.state WHEN r.state = 'requested' THEN 'pending'
                     ELSE 'unknown' END AS status, ticket_at(r.raw_time, r.options['times'], r.options['zone']) AS at
    FROM said AS r
)
SELECT t.record_no,
       t.id AS native_id,
       CASE WHEN t.status <> 'pending' THEN t.at END AS event_time,
       CASE WHEN t.status <> 'pending' THEN t.raw_time END AS event_time_raw,
       t.change_no AS approval_id,
       COALESCE(t.group_name, norm_id(t.who)) AS group_name,
       t.status,
       t.who AS actor,
       ticket_email(t.who) AS actor_email,
       CASE WHEN t.who IS NOT NULL THEN 'person' END AS actor_kind,
       CASE WHEN t.status <> 'pending' AND t.at IS NULL THEN 'bad_timestamp:sys_updated_on' END AS reject
FROM told AS t
