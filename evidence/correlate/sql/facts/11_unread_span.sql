-- When an unreadable record may have happened: between the records before and after it, widened by how far the file is
-- out of order, whichever order (rising or falling) fits it better; at an end of the file to the end of that UTC day.
-- What such a record would have said is unknown, so that nothing may be concluded from silence in that time.
CREATE OR REPLACE TABLE w_unread_span AS
WITH around AS (
    SELECT u.*, max(u.last_time) OVER b AS top_before, min(u.first_time) OVER b AS low_before,
           max(u.last_time) OVER a AS top_after, min(u.first_time) OVER a AS low_after
    FROM w_unread AS u
    WINDOW b AS (PARTITION BY u.source_id, u.part ORDER BY u.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
           a AS (PARTITION BY u.source_id, u.part ORDER BY u.place ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
), disorder AS (
    SELECT r.source_id, r.part, min(r.first_time) AS first_time, max(r.last_time) AS last_time,
           greatest(coalesce(max(us_from_to(r.first_time, r.top_before)), 0), 0) AS rising_us,
           greatest(coalesce(max(us_from_to(r.low_before, r.last_time)), 0), 0) AS falling_us
    FROM around AS r WHERE r.first_time IS NOT NULL
    GROUP BY r.source_id, r.part
), span AS (
    SELECT r.source_id,
           coalesce(CASE WHEN d.rising_us <= d.falling_us THEN plus_us(r.top_before, -d.rising_us)
                         ELSE plus_us(r.top_after, -d.falling_us) END, date_trunc('day', d.first_time)) AS from_time,
           coalesce(CASE WHEN d.rising_us <= d.falling_us THEN plus_us(r.low_after, d.rising_us)
                         ELSE plus_us(r.low_before, d.falling_us) END,
                    date_trunc('day', d.last_time) + INTERVAL 1 DAY) AS to_time
    FROM around AS r
    INNER JOIN disorder AS d ON d.source_id = r.source_id AND d.part = r.part
    WHERE r.first_time IS NULL
), reach AS (
    SELECT s.source_id, s.from_time, plus_us(greatest(s.to_time, s.from_time), 1) AS to_time FROM span AS s
), numbered AS (
    SELECT r.*, sum(CASE WHEN r.from_time <= r.reached THEN 0 ELSE 1 END) OVER (
        PARTITION BY r.source_id ORDER BY r.from_time, r.to_time
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island
    FROM (
        SELECT r.*, max(r.to_time) OVER (PARTITION BY r.source_id ORDER BY r.from_time, r.to_time
                                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
        FROM reach AS r
    ) AS r
)
SELECT n.source_id, min(n.from_time) AS from_time, max(n.to_time) AS to_time
FROM numbered AS n
GROUP BY n.source_id, n.island;
