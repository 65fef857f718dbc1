-- One row per sign-in attempt, RADIUS or LDAP authentication, and single sign-on.
WITH told AS (
    SELECT r.record_no, r.s, r.issuer, r.kind,
           COALESCE(nz(r.s.sso_token_success), nz(r.s.success)) AS ended
    FROM record AS r
)
SELECT t.record_no,
       nz(t.s.id) AS native_id,
       utc(t.s.timestamp) AS event_time,
       t.s.timestamp AS event_time_raw,
       COALESCE(nz(t.s.organization), t.issuer) AS issuer,
       nz(t.s.initiated_by.id) AS subject,
       norm_id(COALESCE(nz(t.s.initiated_by.username), nz(t.s.initiated_by.email), nz(t.s.username))) AS subject_name,
       CASE WHEN t.s.initiated_by.type IN ('user', 'admin') THEN 'person' ELSE 'unknown' END AS subject_kind,
       CASE t.ended WHEN 'true' THEN 'success' WHEN 'false' THEN 'failure' ELSE 'unknown' END AS outcome,
       CASE WHEN t.s.event_type LIKE '%login_attempt' THEN true END AS interactive,
       t.kind AS event_kind,
       COALESCE(nz(t.s.application.id), nz(t.s.application.name)) AS client_id,
       bare_ip(t.s.client_ip) AS ip,
       CASE WHEN t.s.event_type IN ('radius_auth_attempt', 'ldap_bind') THEN 'backend' ELSE 'user' END AS ip_role,
       CASE WHEN t.ended = 'true' AND t.s.mfa = 'true' THEN 'yes'
            WHEN t.ended = 'true' AND t.s.mfa = 'false' AND t.kind = 'authn' THEN 'no' ELSE 'unknown' END AS mfa_state,
       'event: mfa ' || nz(t.s.mfa) AS mfa_basis,
       nz(array_to_string(list_transform(t.s.auth_context.policies_applied,
           lambda p: concat_ws(': ', nz(p.metadata.action), nz(p.name))), '; ')) AS ca_status,
       nz(t.s.auth_context.system.id) AS device_id,
       nz(t.s.geoip.country_code) AS country
FROM told AS t
WHERE t.kind IN ('authn', 'token_issue')
