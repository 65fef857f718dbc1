-- What an ordinary day of a stream looks like: records per weekday and per weekend day that lie in the period whole,
-- silent days counted as zero. With eight or more expected, a day without any is not chance (probability below 1 in
-- 2,900): it is a gap. Where events are rare by nature (approvals, changes of groups and accounts) silence never says
-- so.
CREATE OR REPLACE TABLE w_baseline AS
WITH day AS (
    SELECT DISTINCT p.source_id, p.stream, p.day, p.day_class FROM w_coverage_piece AS p
    WHERE p.inside_us = 86400000000 AND p.stream NOT IN ('approval', 'membership_event', 'account_event')
)
SELECT d.source_id, d.stream, d.day_class, count(*) AS days, coalesce(sum(r.records), 0) AS records
FROM day AS d
LEFT JOIN w_stream_day AS r ON r.source_id = d.source_id AND r.stream = d.stream AND r.day = d.day
GROUP BY d.source_id, d.stream, d.day_class;
