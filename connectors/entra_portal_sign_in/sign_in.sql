-- One row per sign-in, of people and of services. What its fields mean is said once for all shapes in _entra/sign_in.sql,
-- and how the admin center writes them in _entra/portal.sql. Without its steps no sign-in is said to have had one factor.
WITH told AS (
    SELECT r.record_no, r.s, r.issuer, r.human, r.code, r.words, r.demanded, r.token,
           CASE WHEN NOT r.human OR r.options['log'] = 'non_interactive' THEN false
                WHEN r.options['log'] = 'interactive' THEN true END AS interactive
    FROM record AS r
    WHERE NOT r.step
)
SELECT t.record_no,
       nz(t.s."Request ID") AS native_id,
       0 AS ordinal,
       COALESCE(utc(t.s."Date (UTC)"), naive_utc(t.s."Date (UTC)")) AS event_time,
       t.s."Date (UTC)" AS event_time_raw,
       COALESCE(t.issuer, entra_shown(t.s."Resource tenant ID")) AS issuer,
       COALESCE(entra_shown(t.s."User ID"), entra_shown(t.s."Service principal ID")) AS subject,
       norm_id(entra_shown(CASE WHEN t.human THEN t.s.Username ELSE t.s."Service principal name" END)) AS subject_name,
       CASE WHEN t.human THEN 'person' ELSE 'service' END AS subject_kind,
       entra_shown_outcome(t.code, t.s.Status) AS outcome,
       t.interactive,
       entra_event_kind(t.interactive, replace(t.s."Incoming token type", ' ', '')) AS event_kind,
       entra_shown(t.s."Application ID") AS client_id,
       entra_shown(t.s."Resource ID") AS resource_id,
       entra_shown(t.s."Session ID") AS session_id,
       entra_token_id(entra_hex(t.token), t.token) AS token_id,
       bare_ip(t.s."IP address") AS ip,
       CASE WHEN t.human THEN 'user' ELSE 'backend' END AS ip_role,
       entra_mfa_state(entra_ok(t.code) AND t.human, [], COALESCE(t.words, ''), t.demanded, false) AS mfa_state,
       entra_mfa_basis([]::STRUCT(authenticationMethod VARCHAR)[], COALESCE(t.words, ''), t.demanded) AS mfa_basis,
       entra_shown_policy(t.s."Conditional Access") AS ca_status,
       entra_shown(t.s."Device ID") AS device_id,
       entra_managed(truth(t.s.Managed), truth(t.s.Compliant)) AS device_managed,
       entra_shown_country(t.s.Location) AS country,
       entra_shown(t.s."Correlation ID") AS correlation_id
FROM told AS t
UNION ALL
-- A step of one of them: by the same id, whose it is stands there. What tells steps apart is all that their record says.
SELECT r.record_no,
       nz(r.s."Request ID") AS native_id,
       1 + ('0x' || substr(r.record_hash, 1, 8))::BIGINT AS ordinal,
       COALESCE(utc(r.s."Date (UTC)"), naive_utc(r.s."Date (UTC)")) AS event_time,
       r.s."Date (UTC)" AS event_time_raw,
       COALESCE(r.issuer, 'not named') AS issuer,
       NULL AS subject, NULL AS subject_name, 'unknown' AS subject_kind,
       CASE truth(r.s.Succeeded) WHEN 'true' THEN 'success' WHEN 'false' THEN 'failure' ELSE 'unknown' END AS outcome,
       NULL AS interactive, 'authn' AS event_kind, NULL AS client_id, NULL AS resource_id, NULL AS session_id, NULL AS token_id,
       NULL AS ip, NULL AS ip_role,
       entra_mfa_state(truth(r.s.Succeeded) = 'true', r.steps, COALESCE(entra_shown(r.s."Result detail"), ''), NULL, false) AS mfa_state,
       COALESCE(entra_mfa_basis(r.steps, COALESCE(entra_shown(r.s."Result detail"), ''), NULL),
                'event: ' || entra_shown(r.s."Authentication method")) AS mfa_basis,
       NULL AS ca_status, NULL AS device_id, NULL AS device_managed, NULL AS country, NULL AS correlation_id
FROM record AS r
WHERE r.step
