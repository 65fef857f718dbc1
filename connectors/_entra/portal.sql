-- What the admin center shows in its downloads. "None" is how it writes that there is nothing.
CREATE MACRO entra_shown(t) AS NULLIF(nz(trim(t)), 'None');
-- A text that a spreadsheet would take for a formula is guarded by an apostrophe; token ids may begin with a hyphen.
CREATE MACRO entra_unguarded(t) AS regexp_replace(t, '^''([-+=@])', '\1');
-- A success bears no error code, or 0. Where another status bears none, the status says all that is known.
CREATE MACRO entra_shown_code(code, status) AS CASE lower(entra_shown(status))
    WHEN 'success' THEN COALESCE(entra_shown(code), '0')
    WHEN 'failure' THEN NULLIF(entra_shown(code), '0')
    WHEN 'interrupted' THEN NULLIF(entra_shown(code), '0') ELSE entra_shown(code) END;
CREATE MACRO entra_shown_outcome(code, status) AS CASE
    WHEN code IS NULL AND lower(entra_shown(status)) IN ('failure', 'interrupted') THEN lower(entra_shown(status))
    ELSE entra_outcome(code) END;
-- Words as other exports write them: "Multifactor authentication" is multiFactorAuthentication, "Not applied" notApplied.
CREATE MACRO entra_shown_requirement(t) AS CASE lower(replace(replace(entra_shown(t), ' ', ''), '-', ''))
    WHEN 'multifactorauthentication' THEN 'multiFactorAuthentication'
    WHEN 'singlefactorauthentication' THEN 'singleFactorAuthentication' ELSE entra_shown(t) END;
CREATE MACRO entra_shown_policy(t) AS CASE lower(replace(entra_shown(t), ' ', ''))
    WHEN 'success' THEN 'success' WHEN 'failure' THEN 'failure' WHEN 'notapplied' THEN 'notApplied' ELSE entra_shown(t) END;
-- A place is "City, State, CC".
CREATE MACRO entra_shown_country(t) AS nz(regexp_extract(t, '(?:^|,)\s*([A-Z]{2})\s*$', 1));

-- A row of the audit log has columns for three targets and five changed properties of each.
CREATE MACRO entra_shown_change(name, before, after) AS {displayName: entra_shown(name), oldValue: before, newValue: after};
CREATE MACRO entra_shown_target(id, kind, name, upn, changed) AS {
    id: entra_shown(id), type: entra_shown(kind), displayName: entra_shown(name), userPrincipalName: entra_shown(upn),
    modifiedProperties: list_filter(changed, lambda m: m.displayName IS NOT NULL)};
CREATE MACRO entra_shown_targets(s) AS list_filter([
    entra_shown_target(s.Target1ObjectId, s.Target1Type, s.Target1DisplayName, s.Target1UserPrincipalName, [
        entra_shown_change(s.Target1ModifiedProperty1Name, s.Target1ModifiedProperty1OldValue, s.Target1ModifiedProperty1NewValue),
        entra_shown_change(s.Target1ModifiedProperty2Name, s.Target1ModifiedProperty2OldValue, s.Target1ModifiedProperty2NewValue),
        entra_shown_change(s.Target1ModifiedProperty3Name, s.Target1ModifiedProperty3OldValue, s.Target1ModifiedProperty3NewValue),
        entra_shown_change(s.Target1ModifiedProperty4Name, s.Target1ModifiedProperty4OldValue, s.Target1ModifiedProperty4NewValue),
        entra_shown_change(s.Target1ModifiedProperty5Name, s.Target1ModifiedProperty5OldValue, s.Target1ModifiedProperty5NewValue)]),
    entra_shown_target(s.Target2ObjectId, s.Target2Type, s.Target2DisplayName, s.Target2UserPrincipalName, [
        entra_shown_change(s.Target2ModifiedProperty1Name, s.Target2ModifiedProperty1OldValue, s.Target2ModifiedProperty1NewValue),
        entra_shown_change(s.Target2ModifiedProperty2Name, s.Target2ModifiedProperty2OldValue, s.Target2ModifiedProperty2NewValue),
        entra_shown_change(s.Target2ModifiedProperty3Name, s.Target2ModifiedProperty3OldValue, s.Target2ModifiedProperty3NewValue),
        entra_shown_change(s.Target2ModifiedProperty4Name, s.Target2ModifiedProperty4OldValue, s.Target2ModifiedProperty4NewValue),
        entra_shown_change(s.Target2ModifiedProperty5Name, s.Target2ModifiedProperty5OldValue, s.Target2ModifiedProperty5NewValue)]),
    entra_shown_target(s.Target3ObjectId, s.Target3Type, s.Target3DisplayName, s.Target3UserPrincipalName, [
        entra_shown_change(s.Target3ModifiedProperty1Name, s.Target3ModifiedProperty1OldValue, s.Target3ModifiedProperty1NewValue),
        entra_shown_change(s.Target3ModifiedProperty2Name, s.Target3ModifiedProperty2OldValue, s.Target3ModifiedProperty2NewValue),
        entra_shown_change(s.Target3ModifiedProperty3Name, s.Target3ModifiedProperty3OldValue, s.Target3ModifiedProperty3NewValue),
        entra_shown_change(s.Target3ModifiedProperty4Name, s.Target3ModifiedProperty4OldValue, s.Target3ModifiedProperty4NewValue),
        entra_shown_change(s.Target3ModifiedProperty5Name, s.Target3ModifiedProperty5OldValue, s.Target3ModifiedProperty5NewValue)])
], lambda x: COALESCE(x.id, x.type, x.displayName) IS NOT NULL);
-- An application is named by its service principal; its ActorObjectId is none of these.
CREATE MACRO entra_shown_initiator(s) AS {
    "user": {id: CASE WHEN lower(s.ActorType) LIKE 'app%' THEN NULL ELSE entra_shown(s.ActorObjectId) END,
             userPrincipalName: entra_shown(s.ActorUserPrincipalName), ipAddress: entra_shown(s.IPAddress)},
    app: {servicePrincipalId: entra_shown(s.ActorServicePrincipalId),
          displayName: COALESCE(entra_shown(s.ActorServicePrincipalName), entra_shown(s.ActorDisplayName))}};
