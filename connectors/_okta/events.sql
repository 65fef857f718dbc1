-- How the System Log names changes of an account's state.
CREATE MACRO okta_operation(event) AS CASE event
    WHEN 'user.lifecycle.create' THEN 'created'
    WHEN 'user.lifecycle.activate' THEN 'enabled' WHEN 'user.lifecycle.reactivate' THEN 'enabled'
    WHEN 'user.lifecycle.unsuspend' THEN 'enabled' WHEN 'user.lifecycle.suspend' THEN 'disabled'
    WHEN 'user.lifecycle.deactivate' THEN 'disabled' WHEN 'user.lifecycle.delete.completed' THEN 'deleted' END;

-- What an event of Okta's System Log is about; NULL: nothing that a relation asks for.
CREATE MACRO okta_kind(event) AS CASE
    WHEN event = 'user.session.start' OR event IN ('user.authentication.verify', 'user.authentication.authenticate')
         OR event LIKE 'user.authentication.auth\_via\_%' ESCAPE '\' THEN 'authn'
    WHEN event = 'policy.evaluate_sign_on' THEN 'policy'
    WHEN event IN ('user.authentication.sso', 'app.oauth2.signon') THEN 'sso'
    WHEN event LIKE 'app.oauth2.token.grant%' OR event LIKE 'app.oauth2.as.token.grant%' THEN 'token'
    WHEN event IN ('user.session.end', 'user.session.expire') THEN 'session_end'
    WHEN event = 'user.session.clear' THEN 'revoke'
    WHEN event IN ('group.user_membership.add', 'group.user_membership.remove') THEN 'membership'
    WHEN event = 'user.account.update_profile' OR okta_operation(event) IS NOT NULL THEN 'account' END;
CREATE MACRO okta_target(targets, kind) AS list_filter(targets, lambda t: t.type = kind)[1];

-- SUCCESS for most events, ALLOW for policies. An evaluation that allows is not yet an authentication, so it is no success.
CREATE MACRO okta_outcome(kind, result) AS CASE
    WHEN kind = 'policy' AND result = 'ALLOW' THEN 'unknown'
    WHEN result IN ('SUCCESS', 'ALLOW') THEN 'success'
    WHEN result = 'CHALLENGE' THEN 'challenge'
    WHEN result IN ('FAILURE', 'DENY', 'RATE_LIMIT', 'UNANSWERED') THEN 'failure'
    WHEN result IN ('ABANDONED', 'SKIPPED', 'DEFERRED', 'SCHEDULED') THEN 'interrupted' ELSE 'unknown' END;

-- The factor that an event names, and whether it is more than something known.
CREATE MACRO okta_factor(method, debug, enrolment, credential) AS COALESCE(nz(method), nz(debug), nz(enrolment), nz(credential));
CREATE MACRO okta_second(factor) AS NOT regexp_matches(
    factor, '^(password|pwd|kba|security[ _]question|question|unknown|iwa|assertion|okta_credential_provider)', 'i');
CREATE MACRO okta_session(t) AS CASE WHEN t NOT IN ('unknown', '') THEN t END;

-- Whether an event is an administrator's deed. What people do to their own account is none, nor are the notices of the
-- engine (rate limits, messages sent, imports) and the tokens that applications get.
CREATE MACRO okta_deed(event) AS COALESCE(
    regexp_matches(event, '^(' || concat_ws('|',
        'user[.]lifecycle[.]', 'user[.]account[.](privilege|update_|reset_|expire_|unlock)', 'user[.]mfa[.]factor[.]',
        'user[.]session[.](clear$|impersonation[.])', 'group[.]', 'policy[.](lifecycle|rule)[.]', 'application[.]', 'iam[.]',
        '(network_)?zone[.]', 'security[.](authenticator|trusted_origin|attack_protection|behavior)[.]', 'device[.]lifecycle[.]',
        'event_hook[.]', 'inline_hook[.]', 'pki[.]', 'app[.]oauth2[.](as|client|credentials|key|admin)[.]',
        'system[.](api_token|idp|mfa|log_stream|feature|agent|custom_\w+|email|sms)[.]') || ')')
    AND NOT regexp_matches(event, '[.](token[.]|consent|authorize|push_|send_|rate_limit|import|evaluate)')
    AND NOT regexp_matches(event, '^system[.](email|sms)[.]\w*(send|sent|deliver)'),
    false);
CREATE MACRO okta_own(s) AS COALESCE(regexp_matches(s.eventType,
    '^user[.](account[.](update_|reset_|expire_|unlock)|mfa[.]|session[.])') AND s.actor.id = (okta_target(s.target, 'User')).id, false);
