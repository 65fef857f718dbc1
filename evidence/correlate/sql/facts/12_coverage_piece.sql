-- The period cut, per source and stream, at every UTC midnight, every edge of a window and at the instant up to which
-- the source has settled: inside one piece nothing changes, so each gets exactly one state.
CREATE OR REPLACE TABLE w_coverage_piece AS
WITH day AS (
    SELECT DISTINCT unnest(generate_series(date_trunc('day', p.period_from), p.period_to, INTERVAL 1 DAY)) AS edge
    FROM param AS p
), edge AS (
    SELECT s.source_id, s.stream, d.edge FROM w_stream AS s CROSS JOIN day AS d
    UNION
    SELECT s.source_id, s.stream, w.event_time
    FROM w_stream AS s INNER JOIN source_window AS w ON w.source_id = s.source_id AND w.stream IN (s.stream, '*')
    UNION
    SELECT s.source_id, s.stream, w.end_time
    FROM w_stream AS s INNER JOIN source_window AS w ON w.source_id = s.source_id AND w.stream IN (s.stream, '*')
    UNION
    SELECT s.source_id, s.stream, plus_us(p.reference_time, -c.settling_us)
    FROM w_stream AS s INNER JOIN cfg_source AS c ON c.source_id = s.source_id CROSS JOIN param AS p
), clipped AS (
    SELECT DISTINCT e.source_id, e.stream, least(greatest(e.edge, p.period_from), p.period_to) AS edge
    FROM edge AS e CROSS JOIN param AS p
    UNION
    SELECT s.source_id, s.stream, p.period_from FROM w_stream AS s CROSS JOIN param AS p
    UNION
    SELECT s.source_id, s.stream, p.period_to FROM w_stream AS s CROSS JOIN param AS p
), piece AS (
    SELECT c.source_id, c.stream, c.edge AS from_time,
           lead(c.edge) OVER (PARTITION BY c.source_id, c.stream ORDER BY c.edge) AS to_time
    FROM clipped AS c
)
SELECT p.source_id, p.stream, p.from_time, p.to_time, date_trunc('day', p.from_time) AS day,
       CASE WHEN extract('isodow' FROM p.from_time) < 6 THEN 'weekday' ELSE 'weekend' END AS day_class
FROM piece AS p
WHERE p.to_time IS NOT NULL AND p.stream NOT IN ('identity_alias', 'membership_snapshot');
