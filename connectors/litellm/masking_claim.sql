-- What guardrails say they masked, prompt and answer apart: a total ('*') and one row per kind of data, summed over the
-- guardrails of that direction.
-- One that did not respond let the answer pass and is counted as an error.
WITH fired AS (
    SELECT r.record_no, r.request AS id, r.s.startTime AS raw_time, r.started AS at_time, UNNEST(r.guardrails) AS g
    FROM record AS r
), answered AS (
    SELECT f.*, litellm_direction(f.g.guardrail_mode) AS direction FROM fired AS f
    WHERE litellm_side(f.g.guardrail_mode) IS NOT NULL
      AND (f.g.masked_entity_count IS NOT NULL OR f.g.guardrail_status = 'guardrail_failed_to_respond')
), counted AS (
    SELECT a.record_no, a.id, a.raw_time, a.at_time, a.g.guardrail_provider AS engine, a.direction,
           UNNEST(map_keys(a.g.masked_entity_count)) AS entity, UNNEST(map_values(a.g.masked_entity_count)) AS n, 0 AS failed
    FROM answered AS a
    UNION ALL
    SELECT a.record_no, a.id, a.raw_time, a.at_time, a.g.guardrail_provider, a.direction, '*',
           COALESCE(list_sum(list_transform(map_values(a.g.masked_entity_count), lambda v: TRY_CAST(v AS BIGINT))), 0)::VARCHAR,
           CASE WHEN a.g.guardrail_status = 'guardrail_failed_to_respond' THEN 1 ELSE 0 END
    FROM answered AS a
)
SELECT c.record_no,
       c.id || '/' || upper(trim(c.entity)) || CASE WHEN c.direction <> 'output' THEN '/' || c.direction ELSE '' END
           AS native_id,
       c.at_time AS event_time,
       c.raw_time AS event_time_raw,
       c.id AS exchange_ref,
       'exchange' AS scope,
       upper(trim(c.entity)) AS entity_type,
       sum(TRY_CAST(c.n AS BIGINT))::BIGINT AS n_masked,
       CASE WHEN c.entity = '*' THEN sum(c.failed)::BIGINT END AS err_count,
       min(c.engine) AS engine,
       c.direction
FROM counted AS c
GROUP BY c.record_no, c.id, c.raw_time, c.at_time, c.entity, c.direction
