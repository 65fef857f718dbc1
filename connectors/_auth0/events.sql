-- A log event, flat or under data.
CREATE MACRO auth0_event(s) AS {
    date: COALESCE(nz(s.data.date), nz(s.date)), type: COALESCE(nz(s.data.type), nz(s.type)),
    id: COALESCE(nz(s.data.log_id), nz(s.log_id)), client: COALESCE(nz(s.data.client_id), nz(s.client_id)),
    host: COALESCE(nz(s.data.hostname), nz(s.hostname)), ip: COALESCE(nz(s.data.ip), nz(s.ip)),
    who: COALESCE(nz(s.data.user_id), nz(s.user_id)), name: COALESCE(nz(s.data.user_name), nz(s.user_name)),
    strategy: COALESCE(nz(s.data.strategy), nz(s.strategy)), audience: COALESCE(nz(s.data.audience), nz(s.audience)),
    session: COALESCE(nz(s.data.details.session_id), nz(s.details.session_id), nz(s.data.session_id), nz(s.session_id)),
    country: COALESCE(nz(s.data.location_info.country_code), nz(s.location_info.country_code)),
    prompts: COALESCE(s.data.details.prompts, s.details.prompts),
    method: lower(COALESCE(nz(s.data.details.request.method), nz(s.details.request.method))),
    path: COALESCE(nz(s.data.details.request.path), nz(s.details.request.path)),
    blocked: COALESCE(nz(s.data.details.request.body.blocked), nz(s.details.request.body.blocked)),
    status: COALESCE(nz(s.data.details.response.statusCode), nz(s.details.response.statusCode)),
    made: COALESCE(nz(s.data.details.response.body.user_id), nz(s.details.response.body.user_id)),
    email: COALESCE(nz(s.data.details.response.body.email), nz(s.details.response.body.email)),
    actor: COALESCE(nz(s.data.details.request.auth.user.user_id), nz(s.details.request.auth.user.user_id)),
    actor_email: COALESCE(nz(s.data.details.request.auth.user.email), nz(s.details.request.auth.user.email)),
    description: COALESCE(nz(s.data.description), nz(s.description))};
CREATE MACRO auth0_is_user(e) AS regexp_matches(e.path, '^(/api)?/v2/users(/[^/]+)?$');

-- A change of an account's state: by its owner, or by a call of the management API.
CREATE MACRO auth0_change(e) AS CASE
    WHEN e.type = 'ss' OR (e.type = 'sapi' AND e.method = 'post' AND auth0_is_user(e)) THEN 'created'
    WHEN e.type = 'sdu' OR (e.type = 'sapi' AND e.method = 'delete' AND auth0_is_user(e)) THEN 'deleted'
    WHEN e.type = 'ublkdu' OR (e.type = 'sapi' AND e.method = 'patch' AND auth0_is_user(e) AND e.blocked = 'false') THEN 'enabled'
    WHEN e.type = 'sapi' AND e.method = 'patch' AND auth0_is_user(e) AND e.blocked = 'true' THEN 'disabled' END;

-- What an event code is about; NULL: nothing that a relation asks for.
CREATE MACRO auth0_kind(e) AS CASE
    WHEN e.type IN ('s', 'f', 'fp', 'fu', 'fc', 'fco', 'fcoa', 'gd_auth_succeed', 'gd_auth_failed', 'gd_auth_rejected',
                    'mfar', 'limit_wc', 'limit_mu', 'limit_sul', 'pwd_leak') THEN 'authn'
    WHEN e.type IN ('ssa', 'fsa', 'seacft', 'feacft', 'seccft', 'feccft', 'sepft', 'fepft', 'sede', 'fede') THEN 'token_issue'
    WHEN e.type IN ('sertft', 'fertft', 'ferrt') THEN 'refresh'
    WHEN e.type IN ('slo', 'flo') THEN 'session_end'
    WHEN e.type IN ('ss', 'sdu', 'ublkdu') OR (e.type = 'sapi' AND auth0_change(e) IS NOT NULL) THEN 'account' END;
-- Whether a call went through, as far as its answer is told.
CREATE MACRO auth0_went(e) AS COALESCE(e.status BETWEEN '200' AND '299', true);
CREATE MACRO auth0_outcome(type) AS CASE
    WHEN type IN ('s', 'ssa', 'seacft', 'seccft', 'sepft', 'sede', 'sertft', 'slo', 'gd_auth_succeed') THEN 'success'
    WHEN type = 'mfar' THEN 'challenge' WHEN type = 'fsa' THEN 'interrupted' ELSE 'failure' END;
