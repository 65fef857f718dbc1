-- The users of a record: those of an export, or the record itself.
CREATE MACRO keycloak_users(s) AS CASE WHEN s.realm IS NOT NULL THEN s.users WHEN s.username IS NOT NULL THEN [{
    id: s.id, username: s.username, email: s.email, firstName: s.firstName, lastName: s.lastName, enabled: s.enabled,
    serviceAccountClientId: s.serviceAccountClientId, groups: NULL::VARCHAR[]}] END;
-- The groups of an export, three levels flattened.
CREATE MACRO keycloak_flat(groups) AS list_transform(groups, lambda g: {id: g.id, name: g.name, path: g.path});
CREATE MACRO keycloak_groups(groups) AS list_concat(
    keycloak_flat(groups),
    flatten(list_transform(groups, lambda g: COALESCE(keycloak_flat(g.subGroups), []))),
    flatten(list_transform(groups, lambda g: COALESCE(flatten(list_transform(
        g.subGroups, lambda h: COALESCE(keycloak_flat(h.subGroups), []))), []))));
