-- A record of the unified audit log: the record itself, or the JSON text in the column AuditData of a search's CSV.
CREATE MACRO ual_record(text) AS TRY(json_transform(json_text(text), '{"CreationTime": "VARCHAR", "Id": "VARCHAR",
    "Operation": "VARCHAR", "OrganizationId": "VARCHAR", "ResultStatus": "VARCHAR", "Workload": "VARCHAR", "UserKey": "VARCHAR",
    "UserId": "VARCHAR", "ObjectId": "VARCHAR", "ClientIP": "VARCHAR", "ActorIpAddress": "VARCHAR",
    "InterSystemsId": "VARCHAR", "ApplicationId": "VARCHAR", "ErrorNumber": "VARCHAR",
    "AppAccessContext": {"AADSessionId": "VARCHAR", "UniqueTokenId": "VARCHAR"},
    "ExtendedProperties": [{"Name": "VARCHAR", "Value": "VARCHAR"}],
    "DeviceProperties": [{"Name": "VARCHAR", "Value": "VARCHAR"}],
    "ModifiedProperties": [{"Name": "VARCHAR", "NewValue": "VARCHAR", "OldValue": "VARCHAR"}],
    "Actor": [{"ID": "VARCHAR", "Type": "VARCHAR"}], "Target": [{"ID": "VARCHAR", "Type": "VARCHAR"}]}'));
CREATE MACRO ual_value(pairs, name) AS nz((list_filter(pairs, lambda x: x.Name = name)[1]).Value);
CREATE MACRO ual_activity(operation) AS rtrim(COALESCE(operation, ''), '. ');
CREATE MACRO ual_guid(t) AS CASE WHEN regexp_matches(t, '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$') THEN t END;

-- Actor and target are lists of names of one thing: type 2 holds its object id and its class, type 5 its user name,
-- type 1 the name of an application.
CREATE MACRO ual_name(names, kind) AS nz((list_filter(names, lambda x: x.Type = kind)[1]).ID);
CREATE MACRO ual_id(names) AS (list_filter(names, lambda x: x.Type IN ('0', '2') AND ual_guid(x.ID) IS NOT NULL)[-1]).ID;
CREATE MACRO ual_target(names, changed) AS {
    id: ual_id(names), userPrincipalName: ual_name(names, '5'), displayName: NULL::VARCHAR,
    type: (list_filter(names, lambda x: x.Type = '2' AND x.ID IN ('User', 'Group', 'Device', 'ServicePrincipal'))[1]).ID,
    modifiedProperties: list_transform(changed, lambda m:
        {displayName: m.Name, oldValue: m.OldValue, newValue: m.NewValue})};
