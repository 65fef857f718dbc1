-- One row per change of a policy of Copilot or of the stream that carries this log: the record is the new state, as far
-- as GitHub says it. Turning a source off is such a change, and it stands here.
SELECT r.record_no,
       nz(r.s._document_id) AS native_id,
       github_at(r.s) AS event_time,
       github_said_at(r.s) AS event_time_raw,
       CASE WHEN r.s.action LIKE 'copilot.%' THEN 'copilot_policy' ELSE 'log_stream' END AS object_type,
       concat_ws('/', github_org(r.s), split_part(r.s.action, '.', 2), nz(r.s.audit_log_stream_id)) AS object_name,
       github_at(r.s) AS changed_at,
       r.record_hash AS config_sha256,
       CASE WHEN github_at(r.s) IS NULL THEN 'bad_timestamp' END AS reject
FROM record AS r
WHERE starts_with(r.s.action, 'audit_log_streaming.')
   OR starts_with(r.s.action, 'copilot.') AND NOT regexp_matches(r.s.action, 'seat_(assign|add|cancel|remov)|access_revoked|memory_user')
