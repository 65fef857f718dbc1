-- What the shapes of a Microsoft Entra directory change share: `targets` are what it touched, each with its changed
-- properties. Values are JSON texts such as ["a@b"] or [true]. The order of the targets means nothing.
CREATE MACRO entra_text(t) AS nz(trim(t, '[]" ' || chr(9) || chr(10) || chr(13)));
CREATE MACRO entra_property(t, name) AS list_filter(t.modifiedProperties, lambda m: m.displayName = name)[1];
CREATE MACRO entra_target(targets, kind) AS list_filter(targets, lambda x: x.type = kind)[1];
CREATE MACRO entra_used(activity) AS activity IN (
    'Add member to group', 'Remove member from group', 'Add user', 'Delete user', 'Hard Delete user', 'Restore user',
    'Disable account', 'Enable account', 'Update user', 'Update StsRefreshTokenValidFrom Timestamp');
CREATE MACRO entra_of_group(activity) AS activity IN ('Add member to group', 'Remove member from group');

-- The member is the target that carries the group's id, else the first that is no group itself.
CREATE MACRO entra_member(targets) AS COALESCE(
    list_filter(targets, lambda x: len(list_filter(x.modifiedProperties, lambda m: m.displayName = 'Group.ObjectID')) > 0)[1],
    list_filter(targets, lambda x: x.type <> 'Group')[1], targets[1]);
CREATE MACRO entra_member_kind(t) AS CASE t.type WHEN 'User' THEN 'person' WHEN 'Group' THEN 'group'
    WHEN 'Device' THEN 'device' WHEN 'ServicePrincipal' THEN 'service' ELSE 'unknown' END;
-- What the member says of the group (new value when added, old value when removed).
CREATE MACRO entra_of_member(t, name, added) AS entra_text(COALESCE(
    CASE WHEN added THEN (entra_property(t, name)).newValue ELSE (entra_property(t, name)).oldValue END,
    (entra_property(t, name)).newValue, (entra_property(t, name)).oldValue));

-- Changes of an account's state: by the activity itself, and by each property that an update names.
CREATE MACRO entra_operation(activity) AS CASE
    WHEN activity = 'Add user' THEN 'created'
    WHEN activity IN ('Delete user', 'Hard Delete user') THEN 'deleted'
    WHEN activity = 'Disable account' THEN 'disabled'
    WHEN activity IN ('Enable account', 'Restore user') THEN 'enabled'
    WHEN activity = 'Update StsRefreshTokenValidFrom Timestamp' THEN 'sessions_revoked' END;
CREATE MACRO entra_changed(m) AS CASE
    WHEN m.displayName = 'AccountEnabled' AND entra_text(m.newValue) = 'true' THEN 'enabled'
    WHEN m.displayName = 'AccountEnabled' AND entra_text(m.newValue) = 'false' THEN 'disabled'
    WHEN m.displayName = 'UserPrincipalName' THEN 'renamed'
    WHEN m.displayName = 'StsRefreshTokensValidFrom' THEN 'sessions_revoked' END;
CREATE MACRO entra_changes(activity, t) AS list_sort(list_distinct(list_filter(
    list_concat([{op: entra_operation(activity), old: NULL::VARCHAR, new: NULL::VARCHAR}],
        list_transform(
            list_filter(t.modifiedProperties, lambda m: activity = 'Update user' OR (activity = 'Add user'
                AND m.displayName = 'AccountEnabled' AND entra_text(m.newValue) = 'false')),
            lambda m: {op: entra_changed(m),
                       old: CASE WHEN m.displayName = 'UserPrincipalName' THEN entra_text(m.oldValue) END,
                       new: CASE WHEN m.displayName = 'UserPrincipalName' THEN entra_text(m.newValue) END})),
    lambda c: c.op IS NOT NULL)));
CREATE MACRO entra_actor(who) AS COALESCE(
    nz(who."user".id), nz(who.app.servicePrincipalId), nz(who.app.displayName));
