-- One row per sign-in, of people and of services. What its fields mean is said once for all shapes in _entra/sign_in.sql.
--
-- Of beta signInEventTypes tells the log a record is from; v1.0 lists interactive sign-ins of people.
WITH sign AS (
    SELECT r.record_no, r.s, r.issuer, r.options,
           COALESCE(NOT list_has_any(r.s.signInEventTypes, ['servicePrincipal', 'managedIdentity']),
                    nz(r.s.userId) IS NOT NULL OR nz(r.s.servicePrincipalId) IS NULL) AS human,
           nz(r.s.status.errorCode) AS code,
           entra_words(r.s.status.additionalDetails, r.s.authenticationDetails) AS words,
           entra_factors(r.s.authenticationDetails) AS factors, entra_hex(r.s.uniqueTokenIdentifier) AS token
    FROM record AS r
    WHERE r.s.activityDateTime IS NULL
), told AS (
    SELECT s.*, s.human AND COALESCE(list_contains(s.s.signInEventTypes, 'interactiveUser'),
                                     COALESCE(s.s.isInteractive, 'true') = 'true') AS user_log
    FROM sign AS s
)
SELECT t.record_no,
       nz(t.s.id) AS native_id,
       utc(t.s.createdDateTime) AS event_time,
       t.s.createdDateTime AS event_time_raw,
       COALESCE(t.issuer, nz(t.s.resourceTenantId)) AS issuer,
       COALESCE(nz(t.s.userId), nz(t.s.servicePrincipalId)) AS subject,
       norm_id(CASE WHEN t.human THEN t.s.userPrincipalName ELSE t.s.servicePrincipalName END) AS subject_name,
       CASE WHEN t.human THEN 'person' ELSE 'service' END AS subject_kind,
       entra_outcome(t.code) AS outcome,
       CASE t.s.isInteractive WHEN 'true' THEN true WHEN 'false' THEN false ELSE t.user_log END AS interactive,
       entra_event_kind(t.user_log, t.s.incomingTokenType) AS event_kind,
       nz(t.s.appId) AS client_id,
       nz(t.s.resourceId) AS resource_id,
       nz(t.s.sessionId) AS session_id,
       COALESCE(entra_token_id(t.token, t.s.uniqueTokenIdentifier),
                CASE WHEN t.options['token_id_from_id'] = 'true' THEN lower(nz(t.s.id)) END) AS token_id,
       bare_ip(t.s.ipAddress) AS ip,
       CASE WHEN t.human THEN 'user' ELSE 'backend' END AS ip_role,
       entra_mfa_state(entra_ok(t.code) AND t.human, t.factors, t.words, t.s.authenticationRequirement, t.user_log) AS mfa_state,
       entra_mfa_basis(t.factors, t.words, t.s.authenticationRequirement) AS mfa_basis,
       nz(t.s.conditionalAccessStatus) AS ca_status,
       nz(t.s.deviceDetail.deviceId) AS device_id,
       entra_managed(t.s.deviceDetail.isManaged, t.s.deviceDetail.isCompliant) AS device_managed,
       nz(t.s.location.countryOrRegion) AS country,
       nz(t.s.correlationId) AS correlation_id
FROM told AS t
