-- Every audited change is an administrator's deed, but for what people do to their own account (their profile, password
-- and factors); who makes himself a member of a role or a group is an administrator all the same.
CREATE MACRO entra_own(activity, actor, targets) AS COALESCE(
    lower(actor) = lower((entra_target(targets, 'User')).id)
    AND regexp_matches(activity, '^(Update user|Update StsRefresh|.*password|.*security info|.*strong auth)', 'i'), false);
-- The first word of an activity says what was done ("Add member to role"); where it does not, its operation type does.
CREATE MACRO entra_action(activity, operation) AS COALESCE(CASE WHEN activity LIKE 'Update StsRefresh%' THEN 'revoke' END,
    NULLIF(action_of(split_part(trim(activity), ' ', 1)), 'other'), action_of(COALESCE(operation, '')));
-- What was touched: the group or role, of members too, else the first target.
CREATE MACRO entra_named(targets, name) AS list_filter(list_transform(targets, lambda t: COALESCE(
    entra_of_member(t, name, true), entra_of_member(t, name, false))), lambda x: x IS NOT NULL)[1];
CREATE MACRO entra_object(targets) AS lower(COALESCE(entra_named(targets, 'Group.ObjectID'), entra_named(targets, 'Role.ObjectID'),
    nz((entra_target(targets, 'Group')).id), nz(targets[1].id), nz(targets[1].displayName)));
CREATE MACRO entra_result(result) AS CASE
    WHEN lower(result) IN ('success', 'succeeded', 'true') THEN 'success'
    WHEN lower(result) IN ('failure', 'failed', 'false', 'clienterror', 'denied') THEN 'failure' ELSE 'unknown' END;
CREATE MACRO entra_address(name) AS CASE WHEN contains(name, '@') THEN norm_id(name) END;
