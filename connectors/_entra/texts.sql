-- Columns that are objects in one export and JSON texts in another, read alike; a text that is none reads as NULL.
CREATE MACRO entra_targets(t) AS TRY(json_transform(json_text(t), '[{"id": "VARCHAR", "type": "VARCHAR", "displayName": "VARCHAR",
    "userPrincipalName": "VARCHAR", "modifiedProperties":
        [{"displayName": "VARCHAR", "oldValue": "VARCHAR", "newValue": "VARCHAR"}]}]'));
CREATE MACRO entra_initiator(t) AS TRY(json_transform(json_text(t),
    '{"user": {"id": "VARCHAR", "userPrincipalName": "VARCHAR", "ipAddress": "VARCHAR"},
      "app": {"servicePrincipalId": "VARCHAR", "displayName": "VARCHAR"}}'));
CREATE MACRO entra_details(t) AS TRY(json_transform(json_text(t),
    '[{"authenticationMethod": "VARCHAR", "succeeded": "VARCHAR", "authenticationStepResultDetail": "VARCHAR"}]'));
CREATE MACRO entra_status(t) AS TRY(json_transform(json_text(t), '{"errorCode": "VARCHAR", "additionalDetails": "VARCHAR"}'));
CREATE MACRO entra_device(t) AS TRY(json_transform(json_text(t),
    '{"deviceId": "VARCHAR", "isManaged": "VARCHAR", "isCompliant": "VARCHAR"}'));
CREATE MACRO entra_place(t) AS TRY(json_transform(json_text(t), '{"countryOrRegion": "VARCHAR"}'));

-- The directory of a row of Log Analytics, and a time of the portal's export (its column says that it is UTC).
CREATE MACRO entra_tenant(tenant, resource) AS lower(COALESCE(
    nz(tenant), nz(regexp_extract(resource, '/tenants/([0-9a-fA-F-]{36})', 1, 'i'))));
CREATE MACRO entra_portal_time(t) AS COALESCE(
    utc(t), TRY_STRPTIME(trim(t), ['%m/%d/%Y, %I:%M:%S.%g %p', '%m/%d/%Y, %I:%M:%S %p']), naive_utc(nz(t)));
