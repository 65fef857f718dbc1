-- One row per sign-in, of people and of services. What its fields mean is said once for all shapes in _entra/sign_in.sql.
WITH sign AS (
    SELECT r.record_no, r.s, r.s.properties AS p, r.issuer, r.s.category = 'SignInLogs' AS user_log,
           r.s.category LIKE '%User%' OR r.s.category = 'SignInLogs' AS human,
           COALESCE(nz(r.s.properties.status.errorCode), nz(r.s.resultType)) AS code,
           entra_words(r.s.properties.status.additionalDetails, r.s.properties.authenticationDetails) AS words,
           entra_factors(r.s.properties.authenticationDetails) AS factors,
           entra_hex(r.s.properties.uniqueTokenIdentifier) AS token
    FROM record AS r
    WHERE r.s.category LIKE '%SignInLogs'
)
SELECT t.record_no,
       nz(t.p.id) AS native_id,
       utc(t.p.createdDateTime) AS event_time,
       t.p.createdDateTime AS event_time_raw,
       COALESCE(nz(t.s.tenantId), t.issuer) AS issuer,
       COALESCE(nz(t.p.userId), nz(t.p.servicePrincipalId)) AS subject,
       norm_id(CASE WHEN t.human THEN t.p.userPrincipalName ELSE t.p.servicePrincipalName END) AS subject_name,
       CASE WHEN t.human THEN 'person' ELSE 'service' END AS subject_kind,
       entra_outcome(t.code) AS outcome,
       CASE t.p.isInteractive WHEN 'true' THEN true WHEN 'false' THEN false ELSE t.user_log END AS interactive,
       entra_event_kind(t.user_log, t.p.incomingTokenType) AS event_kind,
       nz(t.p.appId) AS client_id,
       nz(t.p.resourceId) AS resource_id,
       nz(t.p.sessionId) AS session_id,
       entra_token_id(t.token, t.p.uniqueTokenIdentifier) AS token_id,
       bare_ip(t.p.ipAddress) AS ip,
       CASE WHEN t.human THEN 'user' ELSE 'backend' END AS ip_role,
       entra_mfa_state(entra_ok(t.code) AND t.human, t.factors, t.words, t.p.authenticationRequirement, t.user_log) AS mfa_state,
       entra_mfa_basis(t.factors, t.words, t.p.authenticationRequirement) AS mfa_basis,
       nz(t.p.conditionalAccessStatus) AS ca_status,
       nz(t.p.deviceDetail.deviceId) AS device_id,
       entra_managed(t.p.deviceDetail.isManaged, t.p.deviceDetail.isCompliant) AS device_managed,
       COALESCE(nz(t.p.location.countryOrRegion), nz(t.s.location)) AS country,
       nz(t.p.correlationId) AS correlation_id
FROM sign AS t
