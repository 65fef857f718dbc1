-- One row per event of the application admin: the log of what administrators did. The object is the account, group, role or
-- application that the event names, else the setting, its application before it.
WITH event AS (
    SELECT r.record_no, r.s, UNNEST(r.events) AS e, generate_subscripts(r.events, 1) - 1 AS place
    FROM record AS r
    WHERE r.s.id.applicationName = 'admin'
), told AS (
    SELECT v.*, lower(google_value(v.e, 'new_value')) AS new_value FROM event AS v
)
SELECT t.record_no,
       nz(concat_ws('/', spelt(utc(t.s.id.time)), nz(t.s.id.uniqueQualifier))) AS native_id,
       t.place AS ordinal,
       utc(t.s.id.time) AS event_time,
       t.s.id.time AS event_time_raw,
       norm_id(COALESCE(nz(t.s.actor.email), t.s.actor.key)) AS actor,
       CASE WHEN contains(t.s.actor.email, '@') THEN norm_id(t.s.actor.email) END AS actor_email,
       CASE WHEN t.e.name LIKE 'toggle\_%' ESCAPE '\' AND t.new_value IN ('true', 'on') THEN 'enable'
            WHEN t.e.name LIKE 'toggle\_%' ESCAPE '\' AND t.new_value IN ('false', 'off') THEN 'disable'
            WHEN t.e.name LIKE '%\_view' ESCAPE '\' OR t.e.name LIKE '%\_search' ESCAPE '\' THEN 'read'
            WHEN google_operation(t.e.name) = 'sessions_revoked' THEN 'revoke'
            ELSE action_of(split_part(t.e.name, '_', 1)) END AS action,
       t.e.name AS object_type,
       COALESCE(norm_id(google_value(t.e, 'user_email')), norm_id(google_value(t.e, 'group_email')), google_value(t.e, 'role_name'),
                nz(concat_ws('/', google_value(t.e, 'application_name'), google_value(t.e, 'service_name'), google_value(t.e, 'setting_name'))),
                google_value(t.e, 'domain_name'), google_value(t.e, 'org_unit_name')) AS object_id,
       'success' AS outcome,
       bare_ip(t.s.ipAddress) AS client_ip
FROM told AS t
