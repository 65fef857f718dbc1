-- Which windows speak for which stream of a source. One for all streams (*) is no proof for a stream of which the
-- source has no record while another source of the same connector, which may carry that stream, gave nothing at all. An
-- event of the log itself that switches it off opens a gap in all its streams, until one that switches it on again.
-- Where a record could not be read nobody knows which stream it belonged to: the time around it is open in all of them.
CREATE OR REPLACE TABLE w_window AS
WITH heard AS (
    SELECT DISTINCT d.source_id FROM w_stream_day AS d
    UNION
    SELECT DISTINCT w.source_id FROM source_window AS w
), silent AS (
    SELECT DISTINCT c.connector
    FROM cfg_source AS c ANTI JOIN heard AS h ON h.source_id = c.source_id
), recorded AS (
    SELECT DISTINCT d.source_id, d.stream FROM w_stream_day AS d
)
SELECT s.source_id, s.stream, w.event_time, w.end_time, w.basis, w.complete, w.reason
FROM w_stream AS s
INNER JOIN source_window AS w ON w.source_id = s.source_id AND w.stream IN (s.stream, '*')
LEFT JOIN cfg_source AS c ON c.source_id = s.source_id
LEFT JOIN silent AS n ON n.connector = c.connector
LEFT JOIN recorded AS r ON r.source_id = s.source_id AND r.stream = s.stream
WHERE w.stream <> '*' OR NOT w.complete OR n.connector IS NULL OR r.source_id IS NOT NULL
UNION ALL
SELECT s.source_id, s.stream, u.from_time, u.to_time, 'content', FALSE, 'unreadable_records'
FROM w_stream AS s
INNER JOIN w_unread_span AS u ON u.source_id = s.source_id
UNION ALL
SELECT s.source_id, s.stream, o.event_time, o.end_time, 'content', FALSE, 'log_switched_off'
FROM w_stream AS s
INNER JOIN (
    SELECT e.source_id, e.event_time, e.action IN ('disable', 'delete') AS off,
           lead(e.event_time, 1, p.reference_time) OVER (
               PARTITION BY e.source_id ORDER BY e.event_time, e.action DESC, e.native_id, e.ordinal) AS end_time
    FROM admin_event AS e CROSS JOIN param AS p
    WHERE e.object_type = 'log_stream' AND e.action IN ('disable', 'delete', 'enable', 'create')
      AND e.outcome <> 'failure'
) AS o ON o.source_id = s.source_id AND o.off AND o.event_time < o.end_time;
