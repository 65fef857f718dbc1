-- What the gateway counted while masking: a total ('*') and one row per entity type. Counters are per session and
-- appear only when it closes; a session without counters makes no claim, which is not the same as nothing masked.
WITH counted AS (
    SELECT r.record_no, r.s.id AS session_id, r.s.start_date AS raw_time, r.s.metrics AS m,
           CASE r.s.metrics.truncated WHEN 'true' THEN true WHEN 'false' THEN false END AS truncated
    FROM record AS r
    WHERE r.s.start_date IS NOT NULL AND r.s.metrics.data_masking.total_redact_count IS NOT NULL
), claim AS (
    SELECT c.record_no, '*' AS entity, c.m.data_masking.total_redact_count AS masked, NULL AS analyzed FROM counted AS c
    UNION ALL
    SELECT c.record_no, UNNEST(map_keys(c.m.data_masking.info_types)), UNNEST(map_values(c.m.data_masking.info_types)),
           NULL
    FROM counted AS c
    UNION ALL
    SELECT c.record_no, UNNEST(map_keys(c.m.data_analyzer)), NULL, UNNEST(map_values(c.m.data_analyzer))
    FROM counted AS c
), entity AS (
    SELECT q.record_no, upper(trim(q.entity)) AS entity, max(TRY_CAST(q.masked AS BIGINT)) AS masked,
           max(TRY_CAST(q.analyzed AS BIGINT)) AS analyzed
    FROM claim AS q GROUP BY q.record_no, upper(trim(q.entity))
)
SELECT c.record_no,
       c.session_id || '/' || e.entity AS native_id,
       utc(c.raw_time) AS event_time,
       c.raw_time AS event_time_raw,
       c.session_id,
       'session' AS scope,
       e.entity AS entity_type,
       COALESCE(e.masked, CASE WHEN e.entity <> '*' THEN 0 END) AS n_masked,
       e.analyzed AS n_analyzed,
       CASE WHEN e.entity = '*' THEN TRY_CAST(c.m.data_masking.err_count AS BIGINT) END AS err_count,
       c.truncated
FROM counted AS c JOIN entity AS e ON e.record_no = c.record_no
