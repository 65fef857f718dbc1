-- One row per sign-in, demand for a further step, answer to one, and logout.
SELECT r.record_no,
       r.moment AS event_time,
       r.said_at AS event_time_raw,
       r.issuer,
       r.who AS subject,
       r.who AS subject_name,
       'person' AS subject_kind,
       CASE r.kind WHEN 'verification' THEN 'unknown' WHEN 'logout' THEN 'success' ELSE r.kind END AS outcome,
       CASE WHEN r.kind <> 'logout' THEN true END AS interactive,
       CASE r.kind WHEN 'logout' THEN 'session_end' ELSE 'authn' END AS event_kind,
       bare_ip(COALESCE(nz(r.mapped['ip']), r.s.ip)) AS ip,
       'user' AS ip_role,
       'unknown' AS mfa_state,
       CASE WHEN lower(r.s.login_type) LIKE '%saml%' THEN 'federated_unknown: saml'
            ELSE 'event: ' || COALESCE(nz(r.s.challenge), nz(r.s.login_type)) END AS mfa_basis,
       nz(r.s.country) AS country,
       CASE WHEN r.moment IS NULL THEN 'bad_timestamp:Date' END AS reject
FROM record AS r
WHERE r.kind <> 'admin'
