-- One row per prompt of an interaction; one for the whole record where no message says that it is a prompt.
WITH event AS (
    SELECT r.record_no, r.issuer, r.a, r.e, r.moment, COALESCE(r.a -> '$.CopilotEventData', r.a) AS told FROM record AS r WHERE r.used
), spoken AS (
    SELECT v.*, json_extract_string(v.told, ['$.AppHost', '$.ModelTransparencyDetails[0].ModelName']) AS by,
           list_filter(CASE json_type(v.told, '$.Messages') WHEN 'OBJECT' THEN [v.told -> '$.Messages']
               ELSE v.told -> '$.Messages[*]' END, lambda m: purview_prompt(m)) AS prompts
    FROM event AS v
), prompt AS (
    SELECT s.*, UNNEST(CASE WHEN len(s.prompts) > 0 THEN s.prompts ELSE [NULL::JSON] END) AS m FROM spoken AS s
), said AS (
    SELECT p.*, COALESCE(p.m ->> '$.Id', p.m ->> '$.id') AS message,
           TRY(epoch_ms_utc(COALESCE(p.m ->> '$.Id', p.m ->> '$.id'))) AS message_at
    FROM prompt AS p
)
SELECT s.record_no,
       s.e.id AS native_id,
       row_number() OVER (PARTITION BY s.record_no ORDER BY s.message) - 1 AS ordinal,
       CASE WHEN abs(date_diff('minute', s.moment, s.message_at)) <= 10 THEN s.message_at ELSE s.moment END AS event_time,
       s.e.said_at AS event_time_raw,
       'interaction' AS grain,
       CASE WHEN s.m IS NULL THEN 'interaction' ELSE 'prompt' END AS unit,
       1000000 AS quantity_micro,
       true AS active,
       CASE WHEN contains(s.e.who, '@') THEN 'upn' ELSE 'oid' END AS user_alias_type,
       norm_id(s.e.who) AS user_alias,
       COALESCE(s.e.organization, s.issuer) AS user_issuer,
       CASE WHEN regexp_matches(s.e.operation, 'ScheduledPrompt|Automation') THEN 'automation'
            WHEN s.e.user_type IN ('4', '5', '6', 'system', 'application', 'serviceprincipal') THEN 'service'
            WHEN contains(s.e.who, '@') THEN 'human' ELSE 'unknown' END AS actor_kind,
       COALESCE(nz(s.by[1]), s.e.app, 'unnamed') AS surface,
       nz(s.by[2]) AS model,
       s.message AS provider_request_id,
       s.moment + INTERVAL 3 DAY AS final_at,
       purview_wrong(s.a, s.moment) AS reject
FROM said AS s
