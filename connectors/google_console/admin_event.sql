-- One row per event of the admin log. What was done is the first word of the event that says it.
SELECT r.record_no,
       r.moment AS event_time,
       r.said_at AS event_time_raw,
       r.who AS actor,
       CASE WHEN contains(r.who, '@') THEN r.who END AS actor_email,
       COALESCE(list_filter(list_transform(string_split_regex(r.event, '[^A-Za-z]+'), lambda w: action_of(w)),
                            lambda a: a <> 'other')[1], 'other') AS action,
       r.event AS object_type,
       norm_id(COALESCE(nz(r.mapped['target']), r.s.target)) AS object_id,
       'success' AS outcome,
       bare_ip(COALESCE(nz(r.mapped['ip']), r.s.ip)) AS client_ip,
       CASE WHEN r.moment IS NULL THEN 'bad_timestamp:Date' END AS reject
FROM record AS r
WHERE r.kind = 'admin'
