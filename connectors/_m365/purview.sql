-- What the shapes of the unified audit log share. The record proper stands under AuditData (CSV) or auditData (Graph), as
-- an object or a text, or is the whole (Activity API); `a` is that record, `o` what it came in. Keys of the carriers
-- differ by case alone, so each is read by its own name; all of a document are taken from it in one reading.
CREATE MACRO purview_record(o) AS TRY_CAST(COALESCE(o ->> '$.AuditData', o ->> '$.auditData', o) AS JSON);
CREATE MACRO purview_event(a, o) AS list_transform([{
    a: json_extract_string(a, ['$.Id', '$.Operation', '$.RecordType', '$.CreationTime', '$.UserId', '$.UserType',
        '$.OrganizationId', '$.AppIdentity.DisplayName', '$.AppIdentity', '$.ObjectId', '$.AgentName', '$.ResultStatus', '$.ClientIP']),
    o: json_extract_string(o, ['$.RecordId', '$.id', '$.Operation', '$.Operations', '$.operation', '$.RecordType',
        '$.auditLogRecordType', '$.createdDateTime', '$.userPrincipalName', '$.UserIds', '$.UserId', '$.userId', '$.userType',
        '$.organizationId', '$.objectId'])}], lambda t: {
    id: COALESCE(nz(t.a[1]), nz(t.o[1]), nz(t.o[2])),
    operation: COALESCE(nz(t.a[2]), nz(t.o[3]), nz(t.o[4]), nz(t.o[5]), ''),
    record_type: COALESCE(nz(t.a[3]), nz(t.o[6]), nz(t.o[7]), ''),
    said_at: COALESCE(nz(t.a[4]), nz(t.o[8])),
    who: COALESCE(nz(t.a[5]), nz(t.o[9]), nz(t.o[10]), nz(t.o[11]), nz(t.o[12])),
    user_type: lower(COALESCE(nz(t.a[6]), nz(t.o[13]), '')),
    organization: COALESCE(nz(t.a[7]), nz(t.o[14])),
    app: COALESCE(nz(t.a[8]), nz(t.a[9])),
    object: COALESCE(nz(t.a[10]), nz(t.o[15]), nz(t.a[11])),
    status: t.a[12],
    client_ip: t.a[13]})[1];
CREATE MACRO purview_use(operation) AS regexp_matches(operation,
    '^(CopilotInteraction|AIAppInteraction|ConnectedAIAppInteraction|TeamCopilotInteraction|Microsoft365CopilotScheduledPrompt|OutlookCopilotAutomation)$');
-- Settings, plugins, promptbooks and agents of Copilot.
CREATE MACRO purview_admin(record_type) AS COALESCE(TRY_CAST(record_type AS BIGINT) BETWEEN 310 AND 325, false)
    OR regexp_matches(record_type, '^(384|CopilotAgentManagement|AgentAdminActivity|AgentSettingsAdminActivity)$');
CREATE MACRO purview_wrong(a, moment) AS CASE WHEN COALESCE(json_type(a) <> 'OBJECT', true) THEN 'bad_json:AuditData'
    WHEN moment IS NULL THEN 'bad_timestamp:CreationTime' END;
CREATE MACRO purview_prompt(m) AS COALESCE(m ->> '$.isPrompt', m ->> '$.IsPrompt') = 'true';
