-- One row per sign-in, of people and of services.
--
-- Success is error code 0. 50074, 50076 and 50079 demand a further step; 50097, 50140 and 50158 interrupt without
-- refusing. MFA: a successful sign-in with a step other than the password, with the words that MFA was completed or
-- satisfied, or under the multi-factor requirement. The token id is a GUID: base64url of its 16 bytes (little-endian),
-- in old records base64 of its text.
WITH sign AS (
    SELECT r.record_no, r.s, r.s.properties AS p, r.issuer, r.s.category LIKE '%User%' OR r.s.category = 'SignInLogs' AS human,
           COALESCE(nz(r.s.properties.status.errorCode), nz(r.s.resultType)) AS code,
           concat_ws('; ', nz(r.s.properties.status.additionalDetails), array_to_string(list_transform(
               r.s.properties.authenticationDetails, lambda d: d.authenticationStepResultDetail), '; ')) AS words,
           list_filter(r.s.properties.authenticationDetails, lambda d: d.succeeded = 'true' AND COALESCE(
               lower(d.authenticationMethod), '') NOT IN ('', 'password', 'previously satisfied', 'federated')) AS steps,
           TRY(from_base64(rpad(replace(replace(r.s.properties.uniqueTokenIdentifier, '-', '+'), '_', '/'),
               4 * ((length(r.s.properties.uniqueTokenIdentifier) + 3) // 4)::INTEGER, '='))) AS token
    FROM record AS r
    WHERE r.s.category LIKE '%SignInLogs'
), told AS (
    SELECT s.*, COALESCE(s.code IN ('0', 'Success'), false) AS ok, hex(s.token) AS h, regexp_matches(
               s.words, 'MFA (requirement satisfied|completed)', 'i') AS mfa_words
    FROM sign AS s
)
SELECT t.record_no,
       nz(t.p.id) AS native_id,
       utc(t.p.createdDateTime) AS event_time,
       t.p.createdDateTime AS event_time_raw,
       COALESCE(nz(t.s.tenantId), t.issuer) AS issuer,
       COALESCE(nz(t.p.userId), nz(t.p.servicePrincipalId)) AS subject,
       norm_id(CASE WHEN t.human THEN t.p.userPrincipalName ELSE t.p.servicePrincipalName END) AS subject_name,
       CASE WHEN t.human THEN 'person' ELSE 'service' END AS subject_kind,
       CASE WHEN t.ok THEN 'success' WHEN t.code IN ('50074', '50076', '50079') THEN 'challenge'
            WHEN t.code IN ('50097', '50140', '50158') THEN 'interrupted' WHEN t.code IS NULL THEN 'unknown'
            ELSE 'failure' END AS outcome,
       CASE t.p.isInteractive WHEN 'true' THEN true WHEN 'false' THEN false ELSE t.s.category = 'SignInLogs' END AS interactive,
       CASE WHEN t.s.category = 'SignInLogs' THEN 'authn' WHEN lower(t.p.incomingTokenType) LIKE '%refreshtoken%'
            THEN 'refresh' ELSE 'token_issue' END AS event_kind,
       nz(t.p.appId) AS client_id, nz(t.p.resourceId) AS resource_id, nz(t.p.sessionId) AS session_id,
       lower(CASE WHEN octet_length(t.token) = 16 THEN concat_ws('-', substr(t.h, 7, 2) || substr(t.h, 5, 2) || substr(t.h, 3, 2)
                 || substr(t.h, 1, 2), substr(t.h, 11, 2) || substr(t.h, 9, 2), substr(t.h, 15, 2) || substr(t.h, 13, 2),
                 substr(t.h, 17, 4), substr(t.h, 21, 12))
             WHEN octet_length(t.token) = 36 THEN TRY(decode(t.token)) ELSE nz(t.p.uniqueTokenIdentifier) END) AS token_id,
       regexp_extract(regexp_replace(nz(t.p.ipAddress), '^::ffff:', '', 'i'), '^(\d+\.\d+\.\d+\.\d+|[0-9a-fA-F:.]+)', 1) AS ip,
       CASE WHEN t.human THEN 'user' ELSE 'backend' END AS ip_role,
       CASE WHEN NOT t.ok OR NOT t.human THEN 'unknown'
            WHEN len(t.steps) > 0 OR t.mfa_words OR t.p.authenticationRequirement = 'multiFactorAuthentication' THEN 'yes'
            WHEN t.p.authenticationRequirement = 'singleFactorAuthentication' AND t.s.category = 'SignInLogs' THEN 'no'
            ELSE 'unknown' END AS mfa_state,
       CASE WHEN len(t.steps) > 0 THEN 'event: ' || t.steps[1].authenticationMethod
            WHEN t.mfa_words THEN CASE WHEN regexp_matches(t.words, 'MFA requirement satisfied', 'i') THEN 'inherited: ' ELSE 'event: ' END || t.words
            ELSE 'requirement: ' || nz(t.p.authenticationRequirement) END AS mfa_basis,
       nz(t.p.conditionalAccessStatus) AS ca_status, nz(t.p.deviceDetail.deviceId) AS device_id,
       CASE WHEN 'true' IN (t.p.deviceDetail.isManaged, t.p.deviceDetail.isCompliant) THEN true
            WHEN 'false' IN (t.p.deviceDetail.isManaged, t.p.deviceDetail.isCompliant) THEN false END AS device_managed,
       COALESCE(nz(t.p.location.countryOrRegion), nz(t.s.location)) AS country, nz(t.p.correlationId) AS correlation_id
FROM told AS t
