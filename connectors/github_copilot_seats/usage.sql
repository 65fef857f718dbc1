-- One row per seat that was ever active: a sign of use at one instant. Its grain is the period, since nothing is said of
-- the time before and after. A user who has seats of several organisations has one row all the same. The activity report
-- gives a row for those who were not active, too.
WITH seat AS (
    SELECT r.record_no, r.issuer, r.s.report_time, COALESCE(r.s.assignee.type, 'User') AS type, nz(r.s.assignee.id) AS id,
           COALESCE(nz(r.s.assignee.login), nz(r.s.login)) AS login,
           CASE WHEN lower(r.s.last_activity_at) NOT IN ('none', 'null', 'unspecified', 'nil') THEN nz(r.s.last_activity_at) END AS raw_time,
           COALESCE(nz(split_part(r.s.last_activity_editor, '/', 1)), NULLIF(NULLIF(nz(split_part(r.s.last_surface_used, '/', 1)), 'None'), 'Unspecified'), 'unnamed') AS surface
    FROM record AS r
), dated AS (
    SELECT s.*, utc(s.raw_time) AS at, naive_utc(s.report_time) AS reported FROM seat AS s
    WHERE (s.raw_time IS NOT NULL OR s.report_time IS NOT NULL) AND s.type NOT IN ('Team', 'Organization')
)
SELECT d.record_no,
       concat_ws('/', 'last_activity', COALESCE(d.id, norm_id(d.login)), COALESCE(d.at, d.reported)) AS native_id,
       CASE WHEN d.reported IS NOT NULL THEN d.reported END AS observed_at,
       COALESCE(d.at, d.reported) AS event_time,
       COALESCE(d.raw_time, d.report_time) AS event_time_raw,
       'user_period' AS grain,
       'active_flag' AS unit,
       CASE WHEN d.at IS NULL THEN 0 ELSE 1000000 END AS quantity_micro,
       d.at IS NOT NULL AS active,
       CASE WHEN d.login IS NULL THEN 'github_id' ELSE 'github_login' END AS user_alias_type,
       COALESCE(norm_id(d.login), d.id) AS user_alias,
       COALESCE(d.issuer, 'github.com') AS user_issuer,
       CASE WHEN d.type = 'Bot' OR d.login LIKE '%[bot]' THEN 'automation' ELSE 'human' END AS actor_kind,
       d.surface,
       COALESCE(d.at, d.reported) + INTERVAL 1 DAY AS final_at,
       CASE WHEN d.raw_time IS NOT NULL AND d.at IS NULL THEN 'bad_timestamp:last_activity_at' END AS reject
FROM dated AS d
