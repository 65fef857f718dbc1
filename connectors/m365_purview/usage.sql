-- One row per prompt of an interaction; one for the whole record where no message says that it is a prompt.
WITH carried AS (
    SELECT r.record_no, r.issuer, r.raw AS o, purview_record(r.raw) AS a FROM record AS r
), event AS (
    SELECT c.*, purview_operation(c.a, c.o) AS operation, purview_user(c.a, c.o) AS who, purview_at(c.a, c.o) AS at,
           COALESCE(c.a -> '$.CopilotEventData', c.a) AS e,
           lower(COALESCE(nz(c.a ->> '$.UserType'), nz(c.o ->> '$.userType'), '')) AS user_type
    FROM carried AS c
), spoken AS (
    SELECT e.*, list_filter(CASE json_type(e.e, '$.Messages') WHEN 'OBJECT' THEN [e.e -> '$.Messages']
               ELSE e.e -> '$.Messages[*]' END, lambda m: purview_prompt(m)) AS prompts
    FROM event AS e WHERE purview_use(e.operation)
), prompt AS (
    SELECT s.*, UNNEST(CASE WHEN len(s.prompts) > 0 THEN s.prompts ELSE [NULL::JSON] END) AS m FROM spoken AS s
), said AS (
    SELECT p.*, COALESCE(p.m ->> '$.Id', p.m ->> '$.id') AS message,
           TRY(epoch_ms_utc(COALESCE(p.m ->> '$.Id', p.m ->> '$.id'))) AS message_at
    FROM prompt AS p
)
SELECT s.record_no,
       purview_id(s.a, s.o) AS native_id,
       row_number() OVER (PARTITION BY s.record_no ORDER BY s.message) - 1 AS ordinal,
       CASE WHEN abs(date_diff('minute', s.at, s.message_at)) <= 10 THEN s.message_at ELSE s.at END AS event_time,
       purview_said_at(s.a, s.o) AS event_time_raw,
       'interaction' AS grain,
       CASE WHEN s.m IS NULL THEN 'interaction' ELSE 'prompt' END AS unit,
       1000000 AS quantity_micro,
       true AS active,
       CASE WHEN contains(s.who, '@') THEN 'upn' ELSE 'oid' END AS user_alias_type,
       norm_id(s.who) AS user_alias,
       COALESCE(nz(s.a ->> '$.OrganizationId'), nz(s.o ->> '$.organizationId'), s.issuer) AS user_issuer,
       CASE WHEN regexp_matches(s.operation, 'ScheduledPrompt|Automation') THEN 'automation'
            WHEN s.user_type IN ('4', '5', '6', 'system', 'application', 'serviceprincipal') THEN 'service'
            WHEN contains(s.who, '@') THEN 'human' ELSE 'unknown' END AS actor_kind,
       COALESCE(nz(s.e ->> '$.AppHost'), nz(s.a ->> '$.AppIdentity.DisplayName'), nz(s.a ->> '$.AppIdentity'), 'unnamed') AS surface,
       nz(s.e ->> '$.ModelTransparencyDetails[0].ModelName') AS model,
       s.message AS provider_request_id,
       s.at + INTERVAL 3 DAY AS final_at,
       purview_wrong(s.a, s.o) AS reject
FROM said AS s
