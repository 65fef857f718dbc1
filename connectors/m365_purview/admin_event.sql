-- One row per change of Copilot's settings, plugins, promptbooks and agents (record types 310 to 325 and 384).
SELECT r.record_no,
       r.e.id AS native_id,
       r.moment AS event_time,
       r.e.said_at AS event_time_raw,
       norm_id(r.e.who) AS actor,
       CASE WHEN contains(r.e.who, '@') THEN norm_id(r.e.who) END AS actor_email,
       CASE WHEN regexp_matches(r.e.operation, '^(Create|Add|Publish|Install)') THEN 'create'
            WHEN regexp_matches(r.e.operation, '^(Delete|Remove|Uninstall)') THEN 'delete'
            WHEN regexp_matches(r.e.operation, '^(Enable|Unblock)') THEN 'enable' WHEN regexp_matches(r.e.operation, '^(Disable|Block)') THEN 'disable'
            WHEN regexp_matches(r.e.operation, '^(Update|Set|Edit|Put)') THEN 'update' ELSE 'other' END AS action,
       r.e.operation AS object_type,
       r.e.object AS object_id,
       CASE lower(COALESCE(r.e.status, 'success')) WHEN 'success' THEN 'success' WHEN 'succeeded' THEN 'success'
            WHEN 'failure' THEN 'failure' WHEN 'failed' THEN 'failure' ELSE 'unknown' END AS outcome,
       bare_ip(regexp_replace(r.e.client_ip, '^:*ffff:', '', 'i')) AS client_ip,
       purview_wrong(r.a, r.moment) AS reject
FROM record AS r
WHERE NOT r.used
