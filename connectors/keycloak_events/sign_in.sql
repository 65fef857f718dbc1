-- One row per login, token and logout. The address of a login is the browser's, that of a token event the
-- application's. Whoever was impersonated did not sign in: such an event corroborates nothing.
WITH told AS (
    SELECT r.record_no, r.s, r.issuer, r.moment, r.e, r.kind, keycloak_failed(r.e) AS failed FROM record AS r
    WHERE r.kind IN ('authn', 'token_issue', 'refresh', 'session_end')
)
SELECT t.record_no,
       nz(t.s.id) AS native_id,
       t.moment AS event_time,
       keycloak_raw_time(t.s) AS event_time_raw,
       COALESCE(t.issuer, t.e.realm, t.e.realm_id) AS issuer,
       t.e.who AS subject,
       norm_id(t.e.username) AS subject_name,
       CASE WHEN t.e.type LIKE 'CLIENT_LOGIN%' OR t.e.username LIKE 'service-account-%' THEN 'service' ELSE 'person' END AS subject_kind,
       CASE WHEN t.failed THEN 'failure' WHEN t.e.impersonator IS NOT NULL OR t.e.type = 'IMPERSONATE' THEN 'unknown'
            ELSE 'success' END AS outcome,
       CASE t.kind WHEN 'authn' THEN true WHEN 'refresh' THEN false WHEN 'token_issue' THEN false END AS interactive,
       t.kind AS event_kind,
       t.e.client AS client_id,
       t.e.session AS session_id,
       CASE WHEN t.kind IN ('token_issue', 'refresh') THEN t.e.token END AS token_id,
       bare_ip(t.e.ip) AS ip,
       CASE t.kind WHEN 'authn' THEN 'user' WHEN 'session_end' THEN 'user' ELSE 'backend' END AS ip_role,
       CASE WHEN NOT t.failed AND t.kind = 'authn' AND t.e.idp IS NULL AND regexp_matches(
            t.e.credential, '^(otp|webauthn|recovery)', 'i') THEN 'yes' ELSE 'unknown' END AS mfa_state,
       CASE WHEN t.e.idp IS NOT NULL THEN 'federated_unknown: ' || t.e.idp ELSE 'event: ' || t.e.credential END AS mfa_basis
FROM told AS t
