-- One row per sign-in, of people and of services. What its fields mean is said once for all shapes in _entra/sign_in.sql.
WITH sign AS (
    SELECT r.record_no, r.s, r.issuer, COALESCE(nz(r.s.Category), r.s.Type) AS log,
           COALESCE(nz(r.s.CreatedDateTime), nz(r.s."CreatedDateTime [UTC]"), nz(r.s.TimeGenerated),
                    r.s."TimeGenerated [UTC]") AS created,
           COALESCE(entra_status(r.s.Status).errorCode, nz(r.s.ResultType)) AS code,
           entra_status(r.s.Status).additionalDetails AS additional,
           entra_details(r.s.AuthenticationDetails) AS details, entra_device(r.s.DeviceDetail) AS device,
           entra_hex(r.s.UniqueTokenIdentifier) AS token
    FROM record AS r
    WHERE r.activity IS NULL
), told AS (
    SELECT s.*, s.log ILIKE 'SignInLogs' AS user_log,
           s.log ILIKE 'SignInLogs' OR s.log ILIKE '%User%' OR s.log ILIKE 'ADFS%' AS human,
           entra_words(s.additional, s.details) AS words, entra_factors(s.details) AS factors
    FROM sign AS s
)
SELECT t.record_no,
       nz(t.s.Id) AS native_id,
       entra_portal_time(t.created) AS event_time,
       t.created AS event_time_raw,
       COALESCE(entra_tenant(t.s.AADTenantId, t.s.ResourceId), t.issuer) AS issuer,
       COALESCE(nz(t.s.UserId), nz(t.s.ServicePrincipalId)) AS subject,
       norm_id(CASE WHEN t.human THEN t.s.UserPrincipalName ELSE t.s.ServicePrincipalName END) AS subject_name,
       CASE WHEN t.human THEN 'person' ELSE 'service' END AS subject_kind,
       entra_outcome(t.code) AS outcome,
       CASE lower(t.s.IsInteractive) WHEN 'true' THEN true WHEN 'false' THEN false ELSE t.user_log END AS interactive,
       entra_event_kind(t.user_log, t.s.IncomingTokenType) AS event_kind,
       nz(t.s.AppId) AS client_id,
       nz(t.s.ResourceIdentity) AS resource_id,
       nz(t.s.SessionId) AS session_id,
       entra_token_id(t.token, t.s.UniqueTokenIdentifier) AS token_id,
       bare_ip(t.s.IPAddress) AS ip,
       CASE WHEN t.human THEN 'user' ELSE 'backend' END AS ip_role,
       entra_mfa_state(entra_ok(t.code) AND t.human, t.factors, t.words, t.s.AuthenticationRequirement, t.user_log) AS mfa_state,
       entra_mfa_basis(t.factors, t.words, t.s.AuthenticationRequirement) AS mfa_basis,
       nz(t.s.ConditionalAccessStatus) AS ca_status,
       nz(t.device.deviceId) AS device_id,
       entra_managed(t.device.isManaged, t.device.isCompliant) AS device_managed,
       COALESCE(nz(entra_place(t.s.LocationDetails).countryOrRegion), nz(t.s.Location)) AS country,
       nz(t.s.CorrelationId) AS correlation_id
FROM told AS t
