-- One row per member added to a group or removed from it. Groups and members are named by address.
WITH event AS (
    SELECT r.record_no, r.s, r.issuer, UNNEST(r.events) AS e, generate_subscripts(r.events, 1) - 1 AS place
    FROM record AS r
)
SELECT v.record_no,
       nz(concat_ws('/', spelt(utc(v.s.id.time)), nz(v.s.id.uniqueQualifier))) AS native_id,
       v.place AS ordinal,
       utc(v.s.id.time) AS event_time,
       v.s.id.time AS event_time_raw,
       COALESCE(v.issuer, nz(v.s.id.customerId)) AS issuer,
       norm_id(COALESCE(google_value(v.e, 'group_email'), google_value(v.e, 'group_id'))) AS group_id,
       norm_id(COALESCE(google_value(v.e, 'group_email'), google_value(v.e, 'group_id'))) AS group_name,
       CASE lower(COALESCE(google_value(v.e, 'member_type'), 'user')) WHEN 'user' THEN 'person' WHEN 'group' THEN 'group'
            WHEN 'service_account' THEN 'service' ELSE 'unknown' END AS member_kind,
       norm_id(COALESCE(google_value(v.e, 'member_id'), google_value(v.e, 'user_email'))) AS member_id,
       norm_id(COALESCE(google_value(v.e, 'member_id'), google_value(v.e, 'user_email'))) AS member_name,
       CASE WHEN v.e.name LIKE 'add\_%' ESCAPE '\' THEN 'add' ELSE 'remove' END AS operation,
       norm_id(v.s.actor.email) AS actor_id
FROM event AS v
WHERE google_kind(v.s.id.applicationName, v.e.name) = 'membership'
