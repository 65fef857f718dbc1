-- How the admin application names changes of an account's state.
CREATE MACRO google_operation(name) AS CASE name
    WHEN 'create_user' THEN 'created' WHEN 'delete_user' THEN 'deleted' WHEN 'suspend_user' THEN 'disabled'
    WHEN 'unsuspend_user' THEN 'enabled' WHEN 'undelete_user' THEN 'enabled' WHEN 'rename_user' THEN 'renamed'
    WHEN 'reset_signin_cookies' THEN 'sessions_revoked' END;

-- The list of events, also where a collector made one object of the only one.
CREATE MACRO google_list(events) AS CASE json_type(events) WHEN 'ARRAY' THEN TRY(json_transform(events, '[{
    "name": "VARCHAR", "parameters": [{"name": "VARCHAR", "value": "VARCHAR", "intValue": "VARCHAR", "boolValue": "VARCHAR",
                                      "multiValue": ["VARCHAR"]}]}]'))
    WHEN 'OBJECT' THEN [TRY(json_transform(events, '{
    "name": "VARCHAR", "parameters": [{"name": "VARCHAR", "value": "VARCHAR", "intValue": "VARCHAR", "boolValue": "VARCHAR",
                                      "multiValue": ["VARCHAR"]}]}'))] END;
-- The events of an activity, each with its parameters as texts; where a collector wrote one event beside the id, that one.
CREATE MACRO google_events(s) AS CASE WHEN google_list(s.events) IS NOT NULL THEN list_transform(google_list(s.events), lambda e: {
        name: lower(trim(e.name)), given: list_transform(e.parameters, lambda p: {
            name: lower(p.name), value: COALESCE(p.value, p.boolValue, p.intValue, array_to_string(p.multiValue, ', '))})})
    WHEN s.name IS NOT NULL THEN [{name: lower(trim(s.name)), given: list_transform(map_entries(s.parameters), lambda p: {
            name: lower(p.key), value: p.value})}] END;
CREATE MACRO google_value(e, key) AS nz((list_filter(e.given, lambda p: p.name = key)[1]).value);

-- What an event is about; NULL: nothing that a relation asks for.
CREATE MACRO google_kind(app, name) AS CASE
    WHEN app = 'login' AND name IN ('login_success', 'login_failure', 'login_challenge', 'login_verification') THEN 'authn'
    WHEN app = 'login' AND name = 'logout' THEN 'session_end'
    WHEN app = 'saml' AND name IN ('login_success', 'login_failure') THEN 'token_issue'
    WHEN app = 'token' AND name = 'authorize' THEN 'token_issue'
    WHEN app = 'admin' AND name IN ('add_group_member', 'remove_group_member') THEN 'membership'
    WHEN app = 'groups_enterprise' AND name IN ('add_member', 'remove_member') THEN 'membership'
    WHEN app = 'groups' AND name IN ('add_user', 'remove_user') THEN 'membership'
    WHEN app = 'admin' AND google_operation(name) IS NOT NULL THEN 'account' END;
