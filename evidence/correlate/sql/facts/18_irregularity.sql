-- What inside covered time is not as it should be. Hours without a record in which, on days of that kind, eight or
-- more are usual (hours side by side are one row): chance makes one of 3,000. Sessions in which numbers of a sequence
-- are missing. Neither is a gap by itself; both are for a person to look at.
INSERT INTO irregularity
WITH hour AS (
    SELECT c.source_id, c.stream, unnest(generate_series(date_trunc('hour', c.from_time), c.to_time - INTERVAL 1 HOUR,
                                                         INTERVAL 1 HOUR)) AS hour, c.from_time
    FROM coverage AS c WHERE c.state = 'covered' AND c.stream IN ('exchange', 'sign_in')
), counted AS (
    SELECT h.source_id, h.stream, h.hour, coalesce(r.records, 0) AS records, extract('hour' FROM h.hour) AS clock,
           extract('isodow' FROM h.hour) < 6 AS weekday
    FROM hour AS h
    INNER JOIN w_stream_day AS d
        ON d.source_id = h.source_id AND d.stream = h.stream AND d.day = date_trunc('day', h.hour)
    LEFT JOIN w_stream_hour AS r ON r.source_id = h.source_id AND r.stream = h.stream AND r.hour = h.hour
    WHERE h.hour >= h.from_time
), usual AS (
    SELECT c.*, CAST(sum(c.records) OVER w AS BIGINT) // count(*) OVER w AS expected, count(*) OVER w AS days
    FROM counted AS c
    WINDOW w AS (PARTITION BY c.source_id, c.stream, c.weekday, c.clock)
), silent AS (
    SELECT u.*, epoch_us(u.hour) // 3600000000
                - row_number() OVER (PARTITION BY u.source_id, u.stream ORDER BY u.hour) AS island
    FROM usual AS u WHERE u.records = 0 AND u.expected >= 8 AND u.days >= 3
), sequence AS (
    SELECT x.source_id, x.session_id, min(x.event_time) AS from_time, max(x.event_time) AS to_time,
           max(x.seq) + 1 AS expected, count(DISTINCT x.seq) AS found
    FROM exchange AS x CROSS JOIN param AS p
    WHERE x.seq IS NOT NULL AND x.session_id IS NOT NULL AND x.event_time >= p.period_from
      AND x.event_time < p.period_to
    GROUP BY x.source_id, x.session_id
)
SELECT s.source_id, s.stream, 'zero_traffic' AS kind, min(s.hour) AS from_time,
       max(s.hour) + INTERVAL 1 HOUR AS to_time, CAST(sum(s.expected) AS BIGINT) AS expected, 0 AS found,
       NULL AS example
FROM silent AS s GROUP BY s.source_id, s.stream, s.island
UNION ALL
SELECT q.source_id, 'exchange', 'sequence_gap', q.from_time, q.to_time, q.expected, q.found, q.session_id
FROM sequence AS q WHERE q.found < q.expected;
