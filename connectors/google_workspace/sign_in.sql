-- One row per sign-in, verification, sign-on by SAML, authorisation of an application and logout.
WITH event AS (
    SELECT r.record_no, r.s, r.issuer, UNNEST(r.events) AS e, generate_subscripts(r.events, 1) - 1 AS place
    FROM record AS r
), told AS (
    SELECT v.*, google_kind(v.s.id.applicationName, v.e.name) AS kind, v.s.id.applicationName AS app,
           lower(google_value(v.e, 'login_challenge_status')) AS verdict,
           COALESCE(google_value(v.e, 'login_challenge_method'), google_value(v.e, 'login_type')) AS method,
           COALESCE(lower(google_value(v.e, 'is_second_factor')) = 'true', false) AS second
    FROM event AS v
), ended AS (
    SELECT t.*, CASE WHEN t.e.name = 'login_failure' THEN 'failure' WHEN t.e.name = 'login_challenge' THEN 'challenge'
        WHEN t.e.name = 'login_verification' THEN CASE WHEN t.verdict LIKE '%pass%' THEN 'success' WHEN t.verdict IS NULL
            THEN 'unknown' ELSE 'failure' END ELSE 'success' END AS outcome
    FROM told AS t
)
SELECT t.record_no,
       nz(concat_ws('/', spelt(utc(t.s.id.time)), nz(t.s.id.uniqueQualifier))) AS native_id,
       t.place AS ordinal,
       utc(t.s.id.time) AS event_time,
       t.s.id.time AS event_time_raw,
       COALESCE(t.issuer, nz(t.s.id.customerId)) AS issuer,
       norm_id(t.s.actor.email) AS subject,
       norm_id(t.s.actor.email) AS subject_name,
       CASE WHEN t.s.actor.callerType = 'KEY' THEN 'service' ELSE 'person' END AS subject_kind,
       t.outcome,
       CASE WHEN t.kind = 'authn' THEN true END AS interactive,
       t.kind AS event_kind,
       COALESCE(google_value(t.e, 'client_id'), google_value(t.e, 'application_name'), google_value(t.e, 'app_name')) AS client_id,
       bare_ip(t.s.ipAddress) AS ip,
       'user' AS ip_role,
       CASE WHEN t.outcome = 'success' AND t.second AND t.kind = 'authn' THEN 'yes' ELSE 'unknown' END AS mfa_state,
       CASE WHEN t.app = 'login' AND google_value(t.e, 'login_type') = 'saml' THEN 'federated_unknown: saml'
            WHEN t.kind = 'authn' THEN 'event: ' || t.method END AS mfa_basis,
       nz(t.s.networkInfo.regionCode) AS country
FROM ended AS t
WHERE t.kind IN ('authn', 'token_issue', 'session_end')
