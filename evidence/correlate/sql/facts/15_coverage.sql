-- Pieces of one state side by side become one row; records are counted by their instants where the stream has any.
INSERT INTO coverage
WITH marked AS (
    SELECT s.*, CASE WHEN lag(s.state || s.basis || s.reason) OVER w = s.state || s.basis || s.reason
                     THEN 0 ELSE 1 END AS starts
    FROM w_coverage_state AS s
    WINDOW w AS (PARTITION BY s.source_id, s.stream ORDER BY s.from_time)
), numbered AS (
    SELECT m.*, sum(m.starts) OVER (PARTITION BY m.source_id, m.stream ORDER BY m.from_time
                                    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island
    FROM marked AS m
), merged AS (
    SELECT n.source_id, n.stream, min(n.from_time) AS from_time, max(n.to_time) AS to_time,
           n.state, n.basis, n.reason
    FROM numbered AS n
    GROUP BY n.source_id, n.stream, n.island, n.state, n.basis, n.reason
)
SELECT m.source_id, m.stream, m.from_time, m.to_time, m.state, m.basis, m.reason,
       CAST(coalesce(sum(d.records), 0) AS BIGINT) AS records, NULL AS late
FROM merged AS m
LEFT JOIN w_stream_day AS d
    ON d.source_id = m.source_id AND d.stream = m.stream
    AND d.day >= date_trunc('day', m.from_time) AND d.day < m.to_time
GROUP BY m.source_id, m.stream, m.from_time, m.to_time, m.state, m.basis, m.reason;
