-- One row per authentication, factor, policy evaluation, single sign-on, token grant and end of a session.
--
-- Who it was: the actor, where it is a person; of tokens, of other providers' sign-ins and of sessions that somebody else
-- ended (the session in that event is the other's own), the target of type User. An application without a person is a
-- service. The session is the root session where the engine has one. ca_status: a policy's result and the rule that gave it.
-- A password given to the engine of factors is a step and not yet a sign-in. The start of a session has what its session's
-- factors before it gave, so it is not called interactive by itself.
WITH event AS (
    SELECT r.record_no, r.s, r.issuer, r.options, r.kind,
           okta_target(r.s.target, 'User') AS t, okta_target(r.s.target, 'AuthenticatorEnrollment') AS enrolled,
           COALESCE(list_filter(r.s.target, lambda x: x.type = 'access_token')[1],
                    list_filter(r.s.target, lambda x: x.type ILIKE '%token')[1]) AS token
    FROM record AS r
    WHERE r.kind NOT IN ('membership', 'account')
), told AS (
    SELECT e.*, COALESCE(e.s.outcome.result IN ('SUCCESS', 'ALLOW'), false) AS ok,
           e.s.eventType IN ('user.authentication.auth_via_IDP', 'user.authentication.auth_via_social') AS federated,
           e.t.id IS NOT NULL AND (e.kind IN ('token', 'revoke') OR COALESCE(e.s.actor.type, '') <> 'User') AS by_target,
           CASE WHEN e.kind = 'authn' THEN okta_factor(e.enrolled.detailEntry.methodTypeUsed, e.s.debugContext.debugData.factor,
               e.enrolled.displayName, e.s.authenticationContext.credentialType) END AS factor
    FROM event AS e
), person AS (
    SELECT t.*, t.by_target OR t.s.actor.type = 'User' AS human,
           t.s.eventType = 'user.authentication.auth_via_mfa' AND COALESCE(NOT okta_second(t.factor), false) AS step FROM told AS t
)
SELECT p.record_no,
       nz(p.s.uuid) AS native_id,
       utc(p.s.published) AS event_time,
       p.s.published AS event_time_raw,
       p.issuer,
       nz(CASE WHEN p.by_target THEN p.t.id ELSE p.s.actor.id END) AS subject,
       norm_id(CASE WHEN p.by_target THEN p.t.alternateId ELSE p.s.actor.alternateId END) AS subject_name,
       CASE WHEN p.human THEN 'person' WHEN p.kind = 'token' THEN 'service' ELSE 'unknown' END AS subject_kind,
       CASE WHEN p.ok AND p.step THEN 'interrupted' ELSE okta_outcome(p.kind, p.s.outcome.result) END AS outcome,
       CASE WHEN p.kind = 'authn' AND p.s.eventType <> 'user.session.start' THEN true WHEN p.kind = 'token' THEN false END AS interactive,
       CASE WHEN p.kind IN ('authn', 'policy') THEN 'authn' WHEN p.kind IN ('session_end', 'revoke') THEN p.kind
            WHEN p.s.debugContext.debugData.grantType ILIKE '%refresh%' THEN 'refresh' ELSE 'token_issue' END AS event_kind,
       COALESCE(nz(okta_target(p.s.target, 'AppInstance').id),
                CASE WHEN p.kind = 'token' AND p.by_target THEN nz(p.s.actor.id) END) AS client_id,
       CASE WHEN p.kind <> 'revoke' THEN COALESCE(okta_session(p.s.authenticationContext.rootSessionId),
            okta_session(p.s.authenticationContext.externalSessionId)) END AS session_id,
       CASE WHEN p.options['token_target_is_jti'] = 'true' THEN nz(p.token.id) END AS token_id,
       utc(p.token.detailEntry.expires) AS token_expires_at,
       bare_ip(p.s.client.ipAddress) AS ip,
       CASE WHEN p.kind = 'token' THEN 'backend' WHEN p.kind = 'revoke' THEN 'unknown' ELSE 'user' END AS ip_role,
       CASE WHEN p.ok AND p.human AND NOT p.federated AND okta_second(p.factor) THEN 'yes' ELSE 'unknown' END AS mfa_state,
       CASE WHEN p.federated THEN 'federated_unknown' ELSE 'event: ' || p.factor END AS mfa_basis,
       CASE WHEN p.kind = 'policy' THEN concat_ws(
            ': ', p.s.outcome.result, nz(okta_target(p.s.target, 'PolicyRule').displayName)) END AS ca_status,
       nz(p.s.device.id) AS device_id,
       CASE p.s.device.managed WHEN 'true' THEN true WHEN 'false' THEN false END AS device_managed,
       nz(p.s.client.geographicalContext.country) AS country,
       COALESCE(nz(p.s.debugContext.debugData.authnRequestId), nz(p.s.transaction.id)) AS correlation_id
FROM person AS p
