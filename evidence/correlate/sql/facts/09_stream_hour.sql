-- How many records each busy stream has in each UTC hour: what tells an hour without traffic from a quiet one.
CREATE OR REPLACE TABLE w_stream_hour AS
SELECT source_id, 'exchange' AS stream, date_trunc('hour', event_time) AS hour, count(*) AS records
FROM exchange GROUP BY source_id, date_trunc('hour', event_time)
UNION ALL
SELECT source_id, 'sign_in', date_trunc('hour', event_time), count(*)
FROM sign_in GROUP BY source_id, date_trunc('hour', event_time);
