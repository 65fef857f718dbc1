-- One row per user, day and feature; for a day without features one row that says whether there was any use. Credits
-- and flags are signs of use that no feature need show: telemetry may be off where the server counts.
--
-- The command line is told apart by totals_by_cli only where no feature names it: the two overlap and are never added.
WITH person_day AS (
    SELECT r.record_no, r.s, r.issuer, naive_utc(r.s.day) AS day_start,
           COALESCE(list_contains(list_transform(r.s.totals_by_feature, lambda f: f.feature), 'copilot_cli'), false) AS has_cli,
           COALESCE(r.s.used_copilot_coding_agent = 'true', false)
               OR COALESCE(r.s.used_copilot_cloud_agent = 'true', false) AS has_agent,
           len(list_filter(COALESCE(r.s.totals_by_feature, []), lambda f: COALESCE(TRY_CAST(f.user_initiated_interaction_count AS BIGINT), 0)
               + COALESCE(TRY_CAST(f.code_generation_activity_count AS BIGINT), 0)
               + COALESCE(TRY_CAST(f.code_acceptance_activity_count AS BIGINT), 0) > 0)) > 0 AS in_features,
           COALESCE(TRY_CAST(r.s.ai_credits_used AS DECIMAL(18, 6)), 0) > 0 OR COALESCE('true' IN (r.s.used_agent, r.s.used_chat), false)
               AS elsewhere
    FROM record AS r WHERE r.s.user_totals IS NULL
), part AS (
    SELECT d.record_no, d.f.feature AS surface, 'interaction' AS unit, GREATEST(
               COALESCE(TRY_CAST(d.f.user_initiated_interaction_count AS BIGINT), 0),
               COALESCE(TRY_CAST(d.f.code_generation_activity_count AS BIGINT), 0)) AS quantity,
           COALESCE(TRY_CAST(d.f.code_acceptance_activity_count AS BIGINT), 0) AS accepted
    FROM (SELECT d.record_no, UNNEST(d.s.totals_by_feature) AS f FROM person_day AS d) AS d
    UNION ALL
    SELECT d.record_no, 'copilot_cli', 'prompt', TRY_CAST(d.s.totals_by_cli.prompt_count AS BIGINT), 1
    FROM person_day AS d WHERE d.s.used_cli = 'true' AND NOT d.has_cli
    UNION ALL
    SELECT d.record_no, 'copilot_coding_agent', 'active_flag', 1, 1 FROM person_day AS d WHERE d.has_agent
    UNION ALL
    SELECT d.record_no, 'any', 'active_flag', sign(COALESCE(TRY_CAST(d.s.user_initiated_interaction_count AS BIGINT), 0)
               + COALESCE(TRY_CAST(d.s.code_generation_activity_count AS BIGINT), 0) + d.elsewhere::BIGINT)::BIGINT, 0
    FROM person_day AS d
    WHERE (len(COALESCE(d.s.totals_by_feature, [])) = 0 OR d.elsewhere AND NOT d.in_features) AND NOT d.has_agent
      AND COALESCE(d.s.used_cli <> 'true', true)
), row_ AS (
    SELECT d.record_no, concat_ws('/', nz(d.s.enterprise_id), COALESCE(nz(d.s.user_id), nz(d.s.user_login)), d.s.day,
               p.surface) AS native_id, d.day_start AS start, d.s.day AS raw_day, d.day_start + INTERVAL 1 DAY AS stop,
           'user_day' AS grain, p.unit, p.quantity, p.quantity + p.accepted > 0 AS active, p.surface, d.s.user_login AS login,
           d.s.user_id AS id, d.issuer
    FROM part AS p JOIN person_day AS d ON d.record_no = p.record_no
    UNION ALL
    SELECT t.record_no, concat_ws('/', 'period', COALESCE(nz(t.u.user_id), nz(t.u.login), nz(t.u.user_login)),
               t.s.report_start_day), naive_utc(t.s.report_start_day), t.s.report_start_day,
           naive_utc(t.s.report_end_day) + INTERVAL 1 DAY, 'user_period', 'interaction',
           TRY_CAST(t.u.user_initiated_interaction_count AS BIGINT), COALESCE(t.u.total_active_days, '1') <> '0', 'any',
           COALESCE(nz(t.u.login), nz(t.u.user_login)), t.u.user_id, t.issuer
    FROM (SELECT r.record_no, r.s, r.issuer, UNNEST(r.s.user_totals) AS u FROM record AS r) AS t
)
SELECT q.record_no, q.native_id,
       row_number() OVER (PARTITION BY q.record_no, q.native_id ORDER BY q.unit, q.quantity) - 1 AS ordinal,
       q.start AS event_time, q.raw_day AS event_time_raw, q.stop AS end_time, q.grain, q.unit,
       q.quantity * 1000000 AS quantity_micro, COALESCE(q.active, true) AS active,
       CASE WHEN nz(q.login) IS NULL THEN 'github_id' ELSE 'github_login' END AS user_alias_type,
       COALESCE(norm_id(q.login), norm_id(q.id)) AS user_alias, COALESCE(q.issuer, 'github.com') AS user_issuer,
       CASE WHEN q.login LIKE '%[bot]' THEN 'automation' ELSE 'human' END AS actor_kind,
       COALESCE(nz(q.surface), 'unnamed') AS surface, q.stop + INTERVAL 3 DAY AS final_at
FROM row_ AS q
