-- One row per change of Copilot's settings, plugins, promptbooks and agents (record types 310 to 325 and 384).
WITH carried AS (
    SELECT r.record_no, r.raw AS o, purview_record(r.raw) AS a FROM record AS r
), event AS (
    SELECT c.*, purview_operation(c.a, c.o) AS operation, purview_user(c.a, c.o) AS who
    FROM carried AS c WHERE NOT purview_use(purview_operation(c.a, c.o))
)
SELECT e.record_no,
       purview_id(e.a, e.o) AS native_id,
       purview_at(e.a, e.o) AS event_time,
       purview_said_at(e.a, e.o) AS event_time_raw,
       norm_id(e.who) AS actor,
       CASE WHEN contains(e.who, '@') THEN norm_id(e.who) END AS actor_email,
       CASE WHEN regexp_matches(e.operation, '^(Create|Add|Publish|Install)') THEN 'create'
            WHEN regexp_matches(e.operation, '^(Delete|Remove|Uninstall)') THEN 'delete'
            WHEN regexp_matches(e.operation, '^(Enable|Unblock)') THEN 'enable' WHEN regexp_matches(e.operation, '^(Disable|Block)') THEN 'disable'
            WHEN regexp_matches(e.operation, '^(Update|Set|Edit|Put)') THEN 'update' ELSE 'other' END AS action,
       e.operation AS object_type,
       COALESCE(nz(e.a ->> '$.ObjectId'), nz(e.o ->> '$.objectId'), nz(e.a ->> '$.AgentName')) AS object_id,
       CASE lower(COALESCE(e.a ->> '$.ResultStatus', 'success')) WHEN 'success' THEN 'success' WHEN 'succeeded' THEN 'success'
            WHEN 'failure' THEN 'failure' WHEN 'failed' THEN 'failure' ELSE 'unknown' END AS outcome,
       bare_ip(regexp_replace(e.a ->> '$.ClientIP', '^:*ffff:', '', 'i')) AS client_ip,
       purview_wrong(e.a, e.o) AS reject
FROM event AS e
