-- What the shapes of the unified audit log share. The record proper stands under AuditData (CSV) or auditData (Graph), as
-- an object or a text, or is the whole (Activity API); `a` is that record, `o` what it came in. Keys of the carriers
-- differ by case alone, so each is read by its own name.
CREATE MACRO purview_record(o) AS TRY_CAST(COALESCE(o ->> '$.AuditData', o ->> '$.auditData', o) AS JSON);
CREATE MACRO purview_id(a, o) AS COALESCE(nz(a ->> '$.Id'), nz(o ->> '$.RecordId'), nz(o ->> '$.id'));
CREATE MACRO purview_operation(a, o) AS COALESCE(nz(a ->> '$.Operation'), nz(o ->> '$.Operation'), nz(o ->> '$.Operations'),
    nz(o ->> '$.operation'), '');
CREATE MACRO purview_type(a, o) AS COALESCE(nz(a ->> '$.RecordType'), nz(o ->> '$.RecordType'), nz(o ->> '$.auditLogRecordType'), '');
CREATE MACRO purview_said_at(a, o) AS COALESCE(nz(a ->> '$.CreationTime'), nz(o ->> '$.createdDateTime'));
-- Times are UTC, mostly without saying so. CreationDate of the CSV is written as the exporter's locale likes and not used.
CREATE MACRO purview_at(a, o) AS COALESCE(utc(purview_said_at(a, o)), naive_utc(purview_said_at(a, o)));
CREATE MACRO purview_user(a, o) AS COALESCE(nz(a ->> '$.UserId'), nz(o ->> '$.userPrincipalName'), nz(o ->> '$.UserIds'),
    nz(o ->> '$.UserId'), nz(o ->> '$.userId'));
CREATE MACRO purview_use(operation) AS regexp_matches(operation,
    '^(CopilotInteraction|AIAppInteraction|ConnectedAIAppInteraction|TeamCopilotInteraction|Microsoft365CopilotScheduledPrompt|OutlookCopilotAutomation)$');
-- Settings, plugins, promptbooks and agents of Copilot.
CREATE MACRO purview_admin(record_type) AS COALESCE(TRY_CAST(record_type AS BIGINT) BETWEEN 310 AND 325, false)
    OR regexp_matches(record_type, '^(384|CopilotAgentManagement|AgentAdminActivity|AgentSettingsAdminActivity)$');
CREATE MACRO purview_wrong(a, o) AS CASE WHEN COALESCE(json_type(a) <> 'OBJECT', true) THEN 'bad_json:AuditData'
    WHEN purview_at(a, o) IS NULL THEN 'bad_timestamp:CreationTime' END;
CREATE MACRO purview_prompt(m) AS COALESCE(m ->> '$.isPrompt', m ->> '$.IsPrompt') = 'true';
