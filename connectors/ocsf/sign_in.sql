-- One row per event of Authentication. A service ticket is a token, its renewal a refresh.
WITH event AS (
    SELECT r.record_no, r.s, r.issuer, CASE WHEN ocsf_id(r.s."user") IS NULL THEN r.s.actor."user" ELSE r.s."user" END AS u,
           COALESCE(nz(r.s.is_mfa), nz(r.s.session.is_mfa)) AS mfa
    FROM record AS r WHERE r.s.class_uid = '3002'
)
SELECT e.record_no,
       nz(e.s.metadata.uid) AS native_id,
       ocsf_at(e.s) AS event_time,
       ocsf_said_at(e.s) AS event_time_raw,
       ocsf_issuer(e.s, e.u, e.issuer) AS issuer,
       ocsf_id(e.u) AS subject,
       ocsf_name(e.u) AS subject_name,
       ocsf_kind(e.u) AS subject_kind,
       ocsf_outcome(e.s) AS outcome,
       CASE e.s.activity_id WHEN '2' THEN 'session_end' WHEN '3' THEN 'token_issue' WHEN '4' THEN 'token_issue'
            WHEN '5' THEN 'refresh' ELSE 'authn' END AS event_kind,
       COALESCE(nz(e.s.actor.app_uid), nz(e.s.service.uid), nz(e.s.service.name)) AS client_id,
       COALESCE(nz(e.s.session.uid), nz(e.s.actor.session.uid)) AS session_id,
       bare_ip(e.s.src_endpoint.ip) AS ip,
       CASE WHEN ocsf_kind(e.u) = 'service' THEN 'backend' ELSE 'user' END AS ip_role,
       CASE WHEN e.mfa = 'true' OR len(e.s.auth_factors) > 1 THEN 'yes' WHEN e.mfa = 'false' THEN 'no' ELSE 'unknown' END AS mfa_state,
       CASE WHEN e.mfa IS NOT NULL THEN 'event: is_mfa ' || e.mfa WHEN len(e.s.auth_factors) > 1
            THEN 'event: ' || array_to_string(list_transform(e.s.auth_factors, lambda f: f.factor_type), ', ') END AS mfa_basis,
       nz(e.s.device.uid) AS device_id,
       CASE WHEN 'true' IN (e.s.device.is_managed, e.s.device.is_compliant) THEN true
            WHEN 'false' IN (e.s.device.is_managed, e.s.device.is_compliant) THEN false END AS device_managed,
       nz(e.s.src_endpoint.location.country) AS country,
       nz(e.s.metadata.correlation_uid) AS correlation_id,
       ocsf_wrong(e.s) AS reject
FROM event AS e
