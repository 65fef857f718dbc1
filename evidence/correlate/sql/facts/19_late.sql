-- Records that came later than their source's stated delivery allows: the first file that has the record was collected
-- (or, where nobody says when, received) later than that after the event. Counted per interval of coverage, and named
-- once per stream. A source that states nothing is not judged.
CREATE OR REPLACE TABLE w_arrival AS
WITH promised AS (
    SELECT c.source_id, c.delivery_us FROM cfg_source AS c WHERE c.delivery_us IS NOT NULL
), received AS (
    SELECT f.file_sha256, min(f.received_at) AS received_at FROM file AS f
    WHERE f.source_id IN (SELECT p.source_id FROM promised AS p)
    GROUP BY f.file_sha256
), arrived AS (
    SELECT s.source_id, s.stream, s.native_id, s.ordinal, s.event_time,
           min(coalesce(s.observed_at, r.received_at)) AS arrived_at
    FROM w_record_seen AS s
    INNER JOIN promised AS d ON d.source_id = s.source_id
    INNER JOIN received AS r ON r.file_sha256 = left(s.locator, 64)
    CROSS JOIN param AS p
    WHERE s.event_time >= p.period_from AND s.event_time < p.period_to
    GROUP BY s.source_id, s.stream, s.native_id, s.ordinal, s.event_time
)
SELECT a.source_id, a.stream, a.event_time, d.delivery_us, us_from_to(a.event_time, a.arrived_at) AS took_us,
       us_from_to(a.event_time, a.arrived_at) > d.delivery_us AS late
FROM arrived AS a INNER JOIN promised AS d ON d.source_id = a.source_id
WHERE a.arrived_at IS NOT NULL;
UPDATE coverage SET late = (
    SELECT count(*) FILTER (WHERE a.late) FROM w_arrival AS a
    WHERE a.source_id = coverage.source_id AND a.stream = coverage.stream
      AND a.event_time >= coverage.from_time AND a.event_time < coverage.to_time)
WHERE coverage.source_id IN (SELECT a.source_id FROM w_arrival AS a);
INSERT INTO irregularity
SELECT a.source_id, a.stream, 'late_arrival', min(a.event_time) FILTER (WHERE a.late),
       max(a.event_time) FILTER (WHERE a.late), count(*), count(*) FILTER (WHERE NOT a.late),
       concat('the last after ', max(a.took_us) // 3600000000, ' h, stated within ', a.delivery_us // 3600000000, ' h')
FROM w_arrival AS a
GROUP BY a.source_id, a.stream, a.delivery_us
HAVING count(*) FILTER (WHERE a.late) > 0;
