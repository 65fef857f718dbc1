-- One event, wherever its fields stand: beside each other (lines), in message (JSON logs), in details or authDetails (API).
CREATE MACRO keycloak_value(a, b, c) AS NULLIF(COALESCE(nz(a), nz(b), nz(c)), 'null');
CREATE MACRO keycloak_event(s) AS {
    type: keycloak_value(s.type, s.message.type, NULL),
    realm: keycloak_value(s.realmName, s.message.realmName, NULL),
    realm_id: keycloak_value(s.realmId, s.message.realmId, NULL),
    client: keycloak_value(s.clientId, s.message.clientId, s.authDetails.clientId),
    who: keycloak_value(s.userId, s.message.userId, s.authDetails.userId),
    ip: keycloak_value(s.ipAddress, s.message.ipAddress, s.authDetails.ipAddress),
    error: keycloak_value(s.error, s.message.error, NULL),
    session: COALESCE(keycloak_value(s.sessionId, s.message.sessionId, NULL),
                      keycloak_value(s.details.code_id, s.code_id, s.message.code_id)),
    operation: keycloak_value(s.operationType, s.message.operationType, NULL),
    resource: keycloak_value(s.resourceType, s.message.resourceType, NULL),
    path: keycloak_value(s.resourcePath, s.message.resourcePath, NULL),
    username: keycloak_value(s.details.username, s.username, s.message.username),
    old_name: keycloak_value(s.details.previous_username, s.previous_username, s.message.previous_username),
    new_name: keycloak_value(s.details.updated_username, s.updated_username, s.message.updated_username),
    token: keycloak_value(s.details.token_id, s.token_id, s.message.token_id),
    idp: keycloak_value(s.details.identity_provider, s.identity_provider, s.message.identity_provider),
    impersonator: keycloak_value(s.details.impersonator, s.impersonator, s.message.impersonator),
    credential: keycloak_value(s.details.credential_type, s.credential_type, s.message.credential_type)};
CREATE MACRO keycloak_raw_time(s) AS COALESCE(nz(s.time), nz(s."@timestamp"), nz(s.timestamp));
CREATE MACRO keycloak_time(s, zone) AS COALESCE(
    epoch_ms_utc(s.time), local_utc(s.time, zone), utc(s."@timestamp"), utc(s.timestamp));

-- What an event is about; NULL: nothing that a relation asks for. An _ERROR is its event, failed. What an administrator did
-- (it has an operation) is always kept.
CREATE MACRO keycloak_kind(e) AS CASE
    WHEN e.operation IS NOT NULL THEN CASE e.resource WHEN 'GROUP_MEMBERSHIP' THEN 'membership' WHEN 'USER' THEN 'account' ELSE 'admin' END
    ELSE CASE regexp_replace(e.type, '_ERROR$', '')
        WHEN 'LOGIN' THEN 'authn' WHEN 'IMPERSONATE' THEN 'authn'
        WHEN 'CODE_TO_TOKEN' THEN 'token_issue' WHEN 'CLIENT_LOGIN' THEN 'token_issue' WHEN 'TOKEN_EXCHANGE' THEN 'token_issue'
        WHEN 'REFRESH_TOKEN' THEN 'refresh'
        WHEN 'LOGOUT' THEN 'session_end' WHEN 'USER_SESSION_DELETED' THEN 'session_end'
        WHEN 'REGISTER' THEN 'account' WHEN 'DELETE_ACCOUNT' THEN 'account' WHEN 'UPDATE_PROFILE' THEN 'account'
        WHEN 'USER_DISABLED_BY_PERMANENT_LOCKOUT' THEN 'account' END END;
CREATE MACRO keycloak_failed(e) AS e.error IS NOT NULL OR COALESCE(e.type LIKE '%\_ERROR' ESCAPE '\', false);
-- The change of an account's state, by its owner or by an administrator (the path is then users/{user}).
CREATE MACRO keycloak_change(e, representation) AS CASE
    WHEN e.type = 'REGISTER' OR (e.operation = 'CREATE' AND e.path NOT LIKE 'users/%/%') THEN 'created'
    WHEN e.type = 'DELETE_ACCOUNT' OR (e.operation = 'DELETE' AND e.path NOT LIKE 'users/%/%') THEN 'deleted'
    WHEN e.type = 'USER_DISABLED_BY_PERMANENT_LOCKOUT' THEN 'disabled'
    WHEN e.old_name <> e.new_name THEN 'renamed'
    WHEN e.operation = 'ACTION' AND e.path LIKE 'users/%/logout' THEN 'sessions_revoked'
    WHEN e.operation = 'UPDATE' AND e.path NOT LIKE 'users/%/%' THEN
        CASE TRY(json_text(representation) ->> '$.enabled') WHEN 'true' THEN 'enabled' WHEN 'false' THEN 'disabled' END END;
-- Whether an administrator switched the saving of events on or off (true, false); NULL: it was something else.
CREATE MACRO keycloak_saving(e, representation) AS CASE WHEN e.resource = 'REALM' AND e.path LIKE '%events/config'
    THEN TRY_CAST(TRY(json_text(representation) ->> '$.eventsEnabled') AS BOOLEAN) END;
