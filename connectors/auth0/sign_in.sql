-- One row per sign-in, factor, token and logout, by the event's code.
WITH told AS (
    SELECT r.record_no, r.issuer, r.e, r.kind, auth0_outcome(r.e.type) AS outcome,
           list_filter(r.e.prompts, lambda p: list_contains(p.performed_amr, 'mfa'))[1] AS step
    FROM record AS r
    WHERE r.kind <> 'account'
)
SELECT t.record_no,
       t.e.id AS native_id,
       utc(t.e.date) AS event_time,
       t.e.date AS event_time_raw,
       COALESCE(t.issuer, 'https://' || t.e.host || '/') AS issuer,
       CASE WHEN t.e.type LIKE '%eccft' THEN t.e.client ELSE t.e.who END AS subject,
       norm_id(t.e.name) AS subject_name,
       CASE WHEN t.e.type LIKE '%eccft' THEN 'service' ELSE 'person' END AS subject_kind,
       t.outcome,
       CASE t.kind WHEN 'authn' THEN true WHEN 'token_issue' THEN false WHEN 'refresh' THEN false END AS interactive,
       t.kind AS event_kind,
       t.e.client AS client_id,
       t.e.audience AS resource_id,
       t.e.session AS session_id,
       bare_ip(t.e.ip) AS ip,
       CASE WHEN t.kind IN ('token_issue', 'refresh') AND t.e.type NOT IN ('ssa', 'fsa') THEN 'backend' ELSE 'user' END AS ip_role,
       CASE WHEN t.outcome = 'success' AND (t.e.type = 'gd_auth_succeed' OR (t.e.type = 's' AND t.step.name IS NOT NULL))
            THEN 'yes' ELSE 'unknown' END AS mfa_state,
       CASE WHEN t.e.type LIKE 'gd\_%' ESCAPE '\' THEN 'event: ' || t.e.type WHEN t.step.name IS NOT NULL THEN 'event: ' || t.step.name
            WHEN t.kind = 'authn' AND t.e.strategy <> 'auth0' THEN 'federated_unknown: ' || t.e.strategy END AS mfa_basis,
       t.e.country
FROM told AS t
