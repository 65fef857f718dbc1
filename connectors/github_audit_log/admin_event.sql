-- One row per event that is kept. What an agent did is put down to the user who set it to work, with the session of the
-- agent as the object; the name of an action says more than its operation_type, so it goes first.
WITH event AS (
    SELECT r.record_no, r.s, github_by_agent(r.s) AS by_agent, regexp_extract(r.s.action, '[^.]+$') AS verb
    FROM record AS r WHERE NOT github_sign_in(r.s.action)
)
SELECT e.record_no,
       nz(e.s._document_id) AS native_id,
       github_at(e.s) AS event_time,
       github_said_at(e.s) AS event_time_raw,
       COALESCE(CASE WHEN e.by_agent THEN nz(e.s."user") END, nz(e.s.actor)) AS actor,
       CASE WHEN contains(e.s.external_identity_nameid, '@') THEN norm_id(e.s.external_identity_nameid) END AS actor_email,
       CASE WHEN e.s.audit_log_stream_enabled = 'false' OR regexp_matches(e.verb, 'disabled?$|^suspend') THEN 'disable'
            WHEN e.s.audit_log_stream_enabled = 'true' OR regexp_matches(e.verb, 'enabled?$') THEN 'enable'
            WHEN regexp_matches(e.verb, 'unassigned|cancelled|revoke|^block') THEN 'revoke'
            WHEN regexp_matches(e.verb, '^(add|invite|create)|(added|created|assigned)$') THEN 'create'
            WHEN regexp_matches(e.verb, '^(remove|destroy|delete|cancel)|(removed|deleted)$') THEN 'delete'
            WHEN e.s.operation_type = 'access' THEN 'read' WHEN e.s.operation_type = 'create' THEN 'create'
            WHEN e.s.operation_type = 'remove' THEN 'delete' WHEN e.s.operation_type IN ('modify', 'transfer') THEN 'update'
            WHEN regexp_matches(e.verb, 'update|change|refresh|set_') THEN 'update' ELSE 'other' END AS action,
       CASE WHEN e.by_agent THEN 'agent_session' WHEN starts_with(e.s.action, 'audit_log_streaming.') THEN 'log_stream'
            ELSE e.s.action END AS object_type,
       COALESCE(nz(e.s.agent_session_id), nz(e.s.audit_log_stream_id), github_team(e.s), github_user(e.s),
                github_org(e.s)) AS object_id,
       'success' AS outcome,
       bare_ip(e.s.actor_ip) AS client_ip,
       CASE WHEN github_at(e.s) IS NULL THEN 'bad_timestamp' END AS reject
FROM event AS e
