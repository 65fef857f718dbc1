-- The period cut, per source and stream, at every UTC midnight, every edge of a window and at the instant up to which
-- the source has settled: inside one piece nothing changes, so each gets exactly one state. Where the period's zone is
-- not UTC its first and last day are cut: less than half a day is judged with its neighbour, since two hours at night
-- say nothing alone; the rest in proportion to its share.
CREATE OR REPLACE TABLE w_coverage_piece AS
WITH day AS (
    SELECT DISTINCT unnest(generate_series(date_trunc('day', p.period_from), p.period_to, INTERVAL 1 DAY)) AS edge
    FROM param AS p
), edge AS (
    SELECT s.source_id, s.stream, d.edge FROM w_stream AS s CROSS JOIN day AS d
    UNION
    SELECT s.source_id, s.stream, unnest([w.event_time, w.end_time])
    FROM w_stream AS s INNER JOIN w_window AS w ON w.source_id = s.source_id AND w.stream = s.stream
    UNION
    SELECT s.source_id, s.stream, plus_us(p.reference_time, -c.settling_us)
    FROM w_stream AS s INNER JOIN cfg_source AS c ON c.source_id = s.source_id CROSS JOIN param AS p
    UNION
    SELECT s.source_id, s.stream, unnest([p.period_from, p.period_to]) FROM w_stream AS s CROSS JOIN param AS p
), clipped AS (
    SELECT DISTINCT e.source_id, e.stream, least(greatest(e.edge, p.period_from), p.period_to) AS edge
    FROM edge AS e CROSS JOIN param AS p
), piece AS (
    SELECT c.source_id, c.stream, c.edge AS from_time,
           lead(c.edge) OVER (PARTITION BY c.source_id, c.stream ORDER BY c.edge) AS to_time
    FROM clipped AS c
), share AS (
    SELECT d.edge AS day, us_from_to(greatest(d.edge, p.period_from),
                                     least(d.edge + INTERVAL 1 DAY, p.period_to)) AS inside_us,
           CASE WHEN d.edge < p.period_from THEN 1 ELSE -1 END AS inwards
    FROM day AS d CROSS JOIN param AS p
), judged AS (
    SELECT s.day, CASE WHEN s.inside_us < 43200000000 THEN s.day + to_days(s.inwards) ELSE s.day END AS judged_day
    FROM share AS s WHERE s.inside_us > 0
)
SELECT p.source_id, p.stream, p.from_time, p.to_time, j.judged_day AS day, s.inside_us,
       CASE WHEN extract('isodow' FROM j.judged_day) < 6 THEN 'weekday' ELSE 'weekend' END AS day_class
FROM piece AS p
INNER JOIN judged AS j ON j.day = date_trunc('day', p.from_time)
INNER JOIN share AS s ON s.day = j.judged_day
WHERE p.to_time IS NOT NULL AND p.stream NOT IN ('identity_alias', 'membership_snapshot');
