-- What the shapes of GitHub's audit log share. The same instant is given once or twice, in milliseconds, or as a text
-- without zone (UTC) by pipelines that rewrite it; an organisation is one name or a list of names.
CREATE MACRO github_said_at(s) AS COALESCE(nz(s."@timestamp"), nz(s.at_sign_timestamp), nz(s.created_at));
CREATE MACRO github_at(s) AS COALESCE(TRY(epoch_ms_utc(github_said_at(s))), utc(github_said_at(s)), naive_utc(github_said_at(s)));
CREATE MACRO github_org(s) AS COALESCE(nz(regexp_extract(s.org, '^\[?"?([^",\[\]]+)', 1)), nz(s.business));
CREATE MACRO github_by_agent(s) AS COALESCE(s.actor_is_agent = 'true', false) OR COALESCE(s.actor = 'Copilot', false)
    OR nz(s.agent_session_id) IS NOT NULL;
CREATE MACRO github_sign_in(action) AS
    regexp_matches(action, '^(org|business)\.sso_response$|^user\.(login|logout|failed_login|two_factor)');
-- Names of actions are taken by their beginning, since GitHub's list of them is not closed.
CREATE MACRO github_used(action) AS regexp_matches(action, '^(copilot|audit_log_streaming|business|enterprise(_team)?|org|'
    || 'organization_role|team|user|role|external_(group|identity)|ip_allow_list(_entry)?|personal_access_token|'
    || 'integration_installation|oauth_application)\.');
-- In the CSV of the page, fields below data stand beside the others, under their whole path.
CREATE MACRO github_team(s) AS COALESCE(nz(s.team), nz(s.data.team), nz(s."data.team"));
CREATE MACRO github_user(s) AS COALESCE(nz(s."user"), nz(s.data."user"), nz(s."data.user"));
CREATE MACRO github_user_id(s) AS NULLIF(COALESCE(nz(s.user_id), nz(s.data.user_id), nz(s."data.user_id")), '0');
