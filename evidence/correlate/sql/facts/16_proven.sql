-- Where a stream is proven gapless: covered by receipt, report day or declaration, adjoining pieces as one interval.
-- Outside the period the windows themselves count. Content alone never proves that a rare event did not happen.
CREATE OR REPLACE TABLE w_proven AS
WITH piece AS (
    SELECT c.source_id, c.stream, c.from_time, c.to_time FROM coverage AS c
    WHERE c.state = 'covered' AND c.basis IN ('declared', 'receipt', 'report_day')
    UNION ALL
    SELECT s.source_id, s.stream, w.event_time, least(w.end_time, p.period_from)
    FROM w_stream AS s
    INNER JOIN w_window AS w ON w.source_id = s.source_id AND w.stream = s.stream
    CROSS JOIN param AS p
    WHERE w.complete AND w.basis <> 'content' AND w.event_time < p.period_from
    UNION ALL
    SELECT s.source_id, s.stream, greatest(w.event_time, p.period_to), least(w.end_time, p.reference_time)
    FROM w_stream AS s
    INNER JOIN w_window AS w ON w.source_id = s.source_id AND w.stream = s.stream
    CROSS JOIN param AS p
    WHERE w.complete AND w.basis <> 'content' AND w.end_time > p.period_to
), reach AS (
    SELECT p.*, max(p.to_time) OVER (PARTITION BY p.source_id, p.stream ORDER BY p.from_time, p.to_time
                                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
    FROM piece AS p WHERE p.from_time < p.to_time
), numbered AS (
    SELECT r.*, sum(CASE WHEN r.reached >= r.from_time THEN 0 ELSE 1 END) OVER (
        PARTITION BY r.source_id, r.stream ORDER BY r.from_time, r.to_time
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island
    FROM reach AS r
)
SELECT n.source_id, n.stream, min(n.from_time) AS from_time, max(n.to_time) AS to_time
FROM numbered AS n
GROUP BY n.source_id, n.stream, n.island;
