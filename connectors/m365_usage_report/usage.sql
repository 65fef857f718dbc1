-- One row per user and application with a last day of activity, and one for any application, which without any day says
-- that there was no activity in the period of the report. Applications are told from the names of the columns.
WITH person AS (
    SELECT r.record_no, r.raw, r.issuer, norm_id(COALESCE(r.s.userPrincipalName, r.s."User Principal Name")) AS upn,
           COALESCE(nz(r.s.reportRefreshDate), r.s."Report Refresh Date") AS raw_refreshed,
           COALESCE(TRY_CAST(COALESCE(r.s.copilotActivityUserDetailsByPeriod[1].reportPeriod, r.s."Report Period") AS BIGINT), 1) AS days,
           UNNEST(list_filter(json_keys(r.raw), lambda k: regexp_matches(k, 'last ?activity ?date$', 'i'))) AS key
    FROM record AS r
), told AS (
    SELECT p.*, nz(json_extract_string(p.raw, '/' || p.key)) AS raw_day,
           lower(COALESCE(nz(replace(regexp_replace(p.key, '( ?copilot)? ?last ?activity ?date$', '', 'i'), ' ', '')), 'any')) AS surface
    FROM person AS p
), dated AS (
    SELECT t.*, naive_utc(t.raw_refreshed) AS refreshed,
           CASE WHEN regexp_matches(t.raw_day, '^\d{4}-') THEN naive_utc(t.raw_day) END AS day
    FROM told AS t WHERE t.raw_day IS NOT NULL OR t.surface = 'any'
)
SELECT d.record_no,
       concat_ws('/', d.upn, d.raw_refreshed, d.days, d.surface) AS native_id,
       COALESCE(d.day, d.refreshed - to_days(LEAST(d.days, 366)::INTEGER - 1)) AS event_time,
       COALESCE(d.raw_day, d.raw_refreshed) AS event_time_raw,
       COALESCE(d.day, d.refreshed) + INTERVAL 1 DAY AS end_time,
       'user_period' AS grain,
       'active_flag' AS unit,
       CASE WHEN d.day IS NULL THEN 0 ELSE 1000000 END AS quantity_micro,
       d.day IS NOT NULL AS active,
       'upn' AS user_alias_type,
       d.upn AS user_alias,
       d.issuer AS user_issuer,
       'human' AS actor_kind,
       d.surface,
       d.refreshed + INTERVAL 4 DAY AS final_at,
       CASE WHEN regexp_matches(d.upn, '^[0-9a-f]{32}$') THEN 'concealed_user_name'
            WHEN d.raw_day IS NOT NULL AND d.day IS NULL THEN 'bad_timestamp:' || d.surface END AS reject
FROM dated AS d
