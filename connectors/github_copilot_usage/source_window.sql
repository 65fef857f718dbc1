-- The UTC day of a report is covered once the report is there. Rows of one day in one batch state it once.
WITH day AS (
    SELECT r.record_no, r.record_hash, r.s.day AS raw_day, naive_utc(r.s.day) AS start,
           naive_utc(r.s.day) + INTERVAL 1 DAY AS stop,
           row_number() OVER (PARTITION BY r.s.day ORDER BY r.record_no) AS place
    FROM record AS r WHERE r.s.user_totals IS NULL
    UNION ALL
    SELECT r.record_no, r.record_hash, r.s.report_start_day, naive_utc(r.s.report_start_day),
           naive_utc(r.s.report_end_day) + INTERVAL 1 DAY, 1
    FROM record AS r WHERE r.s.user_totals IS NOT NULL
)
SELECT d.record_no,
       'report/' || d.raw_day || '/' || d.record_hash AS native_id,
       d.start AS event_time,
       d.raw_day AS event_time_raw,
       d.stop AS end_time,
       'usage' AS stream,
       'report_day' AS basis,
       true AS complete
FROM day AS d
WHERE d.place = 1
