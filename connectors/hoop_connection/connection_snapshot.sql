-- One row per connection: what is in force as the gateway itself resolves it. NULL means that it does not say.
--
-- The digest is over the settings alone, so that it changes when a setting does and not when the agent goes offline.
WITH shown AS (
    SELECT r.record_no, r.s, r.observed_at, r.s.effective_features AS f, r.s.effective_features.access_request AS a
    FROM record AS r
)
SELECT h.record_no,
       h.s.id AS native_id,
       h.observed_at AS event_time,
       h.s.name AS connection,
       concat_ws('/', nz(h.s.type), nz(h.s.subtype)) AS connection_type,
       CASE h.f.data_masking WHEN 'true' THEN true WHEN 'false' THEN false END AS masking_enabled,
       CASE WHEN 'true' IN (h.a.jit, h.a.legacy_reviewers) THEN true WHEN h.a.jit = 'false' THEN false END AS approval_jit,
       CASE WHEN 'true' IN (h.a.command, h.a.legacy_reviewers) THEN true WHEN h.a.command = 'false' THEN false
            END AS approval_command,
       CASE h.f.guardrails WHEN 'true' THEN true WHEN 'false' THEN false END AS guardrails_enabled,
       lower(nz(h.s.status)) AS status,
       sha256(to_json([h.s.name, h.s.type, h.s.subtype, h.s.reviewers::VARCHAR, h.s.redact_types::VARCHAR,
                       h.s.guardrail_rules::VARCHAR, h.s.attributes::VARCHAR, h.s.force_approve_groups::VARCHAR,
                       h.s.access_max_duration, h.s.min_review_approvals, h.s.access_mode_runbooks,
                       h.s.access_mode_exec, h.s.access_mode_connect, to_json(h.f)::VARCHAR])::VARCHAR) AS config_sha256,
       CASE WHEN h.observed_at IS NULL THEN 'missing:observed_at' END AS reject
FROM shown AS h
