-- What an event is about; NULL: nothing that a relation asks for. An association matters where it ties a user to a group.
CREATE MACRO jumpcloud_sides(s) AS [s.association.connection."from", s.association.connection."to"];
CREATE MACRO jumpcloud_side(s, kind) AS list_filter(jumpcloud_sides(s), lambda x: x.type = kind)[1];
CREATE MACRO jumpcloud_kind(s) AS CASE
    WHEN s.event_type IN ('user_login_attempt', 'admin_login_attempt', 'radius_auth_attempt', 'ldap_bind') THEN 'authn'
    WHEN s.event_type = 'sso_auth' THEN 'token_issue'
    WHEN s.event_type = 'association_change' AND (jumpcloud_side(s, 'user_group')).object_id IS NOT NULL
         AND (jumpcloud_side(s, 'user')).object_id IS NOT NULL THEN 'membership'
    WHEN s.event_type IN ('user_create', 'user_delete', 'user_update', 'user_suspended', 'user_activated') THEN 'account' END;
-- The changes of an account's state that an event tells.
CREATE MACRO jumpcloud_state(field, value) AS CASE
    WHEN field = 'suspended' AND value = 'true' OR field = 'state' AND upper(value) = 'SUSPENDED' THEN 'disabled'
    WHEN field = 'suspended' AND value = 'false' OR field = 'state' AND upper(value) = 'ACTIVATED' THEN 'enabled'
    WHEN field = 'username' THEN 'renamed' END;
CREATE MACRO jumpcloud_changes(s) AS CASE s.event_type
    WHEN 'user_create' THEN [{op: 'created', old: NULL::VARCHAR, new: NULL::VARCHAR}]
    WHEN 'user_delete' THEN [{op: 'deleted', old: NULL::VARCHAR, new: NULL::VARCHAR}]
    WHEN 'user_suspended' THEN [{op: 'disabled', old: NULL::VARCHAR, new: NULL::VARCHAR}]
    WHEN 'user_activated' THEN [{op: 'enabled', old: NULL::VARCHAR, new: NULL::VARCHAR}]
    ELSE list_transform(list_filter(s.changes, lambda c: jumpcloud_state(c.field, c."to") IS NOT NULL), lambda c: {
        op: jumpcloud_state(c.field, c."to"), old: CASE WHEN c.field = 'username' THEN c."from" END,
        new: CASE WHEN c.field = 'username' THEN c."to" END}) END;
-- Whether an event is a change of the directory that an administrator, or a program in his place, made.
CREATE MACRO jumpcloud_deed(s) AS COALESCE(s.service, 'directory') IN ('directory', 'sso') AND regexp_matches(s.event_type,
    '_(create|update|delete|change|suspended|activated|granted|revoked|activate|deactivate|unlock|reset|enable|disable)$')
    AND NOT COALESCE(s.initiated_by.type = 'user' AND s.initiated_by.id = s.resource.id, false);
