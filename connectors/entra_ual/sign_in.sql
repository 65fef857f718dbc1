-- One row per sign-in. UserLoggedIn also stands for interrupts (50140: stay signed in?), told by the error number; a
-- UserLoginFailed is never a success, whatever its ResultStatus says.
WITH sign AS (
    SELECT r.record_no, r.issuer, r.u
    FROM record AS r
    WHERE r.activity IS NULL
), told AS (
    SELECT s.*, ual_value(s.u.ExtendedProperties, 'RequestType') AS request,
           COALESCE(nz(s.u.ErrorNumber), CASE WHEN s.u.Operation = 'UserLoggedIn' THEN '0' END) AS code,
           COALESCE(ual_guid(s.u.UserKey), ual_id(s.u.Actor)) AS id,
           COALESCE(s.u.UserId LIKE 'ServicePrincipal\_%' ESCAPE '\', false) AS service,
           entra_hex(s.u.AppAccessContext.UniqueTokenId) AS token
    FROM sign AS s
)
SELECT t.record_no,
       nz(t.u.Id) AS native_id,
       COALESCE(utc(t.u.CreationTime), naive_utc(t.u.CreationTime)) AS event_time,
       t.u.CreationTime AS event_time_raw,
       COALESCE(nz(t.u.OrganizationId), t.issuer) AS issuer,
       t.id AS subject,
       CASE WHEN t.u.UserId NOT IN ('Not Available', 'Unknown') AND NOT t.service THEN norm_id(t.u.UserId) END AS subject_name,
       CASE WHEN t.service THEN 'service' ELSE 'person' END AS subject_kind,
       CASE WHEN t.u.Operation = 'UserLoginFailed' AND (t.code IS NULL OR entra_ok(t.code)) THEN 'failure'
            ELSE entra_outcome(t.code) END AS outcome,
       CASE WHEN t.request LIKE 'Login:%' THEN true END AS interactive,
       CASE WHEN t.request ILIKE 'OAuth2:Token%' OR t.request ILIKE 'OAuth2:Authorize%' OR t.request ILIKE 'WSFed%'
                 OR t.request ILIKE 'SAML%' THEN 'token_issue' ELSE 'authn' END AS event_kind,
       nz(t.u.ApplicationId) AS client_id,
       CASE WHEN t.u.ObjectId NOT IN ('Unknown', 'Not Available') THEN nz(t.u.ObjectId) END AS resource_id,
       COALESCE(ual_value(t.u.DeviceProperties, 'SessionId'), nz(t.u.AppAccessContext.AADSessionId)) AS session_id,
       entra_token_id(t.token, t.u.AppAccessContext.UniqueTokenId) AS token_id,
       bare_ip(COALESCE(nz(t.u.ActorIpAddress), t.u.ClientIP)) AS ip,
       CASE WHEN t.service THEN 'backend' ELSE 'user' END AS ip_role,
       'unknown' AS mfa_state,
       'request: ' || t.request AS mfa_basis,
       ual_value(t.u.DeviceProperties, 'Id') AS device_id,
       entra_managed(ual_value(t.u.DeviceProperties, 'IsCompliantAndManaged'),
                     ual_value(t.u.DeviceProperties, 'IsCompliant')) AS device_managed,
       nz(t.u.InterSystemsId) AS correlation_id
FROM told AS t
