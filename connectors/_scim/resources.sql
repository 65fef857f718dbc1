-- The resources of a record: those of a list, or the record itself.
CREATE MACRO scim_resources(s) AS CASE WHEN s.Resources IS NOT NULL THEN s.Resources ELSE [{
    id: s.id, externalId: s.externalId, userName: s.userName, displayName: s.displayName, userType: s.userType,
    active: s.active, emails: s.emails,
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
        s."urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    members: s.members}] END;
-- What a member is: said by its type, or by the address it is found at.
CREATE MACRO scim_kind(type, place) AS CASE
    WHEN lower(type) = 'group' OR place LIKE '%/Groups/%' THEN 'group'
    WHEN lower(type) = 'user' OR place LIKE '%/Users/%' THEN 'person'
    WHEN nz(type) IS NULL THEN 'person' ELSE 'unknown' END;
