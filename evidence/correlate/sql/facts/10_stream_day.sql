-- How many records each source has in each stream on each UTC day: the content side of coverage.
CREATE OR REPLACE TABLE w_stream_day AS
SELECT source_id, stream, date_trunc('day', hour) AS day, CAST(sum(records) AS BIGINT) AS records
FROM w_stream_hour GROUP BY source_id, stream, date_trunc('day', hour)
UNION ALL
SELECT source_id, 'usage', date_trunc('day', event_time), count(*)
FROM usage GROUP BY source_id, date_trunc('day', event_time)
UNION ALL
SELECT source_id, 'approval', date_trunc('day', event_time), count(*)
FROM approval GROUP BY source_id, date_trunc('day', event_time)
UNION ALL
SELECT source_id, 'membership_event', date_trunc('day', event_time), count(*)
FROM membership_event GROUP BY source_id, date_trunc('day', event_time)
UNION ALL
SELECT source_id, 'account_event', date_trunc('day', event_time), count(*)
FROM account_event GROUP BY source_id, date_trunc('day', event_time)
UNION ALL
SELECT source_id, 'identity_alias', date_trunc('day', coalesce(event_time, observed_at)), count(*)
FROM identity_alias GROUP BY source_id, date_trunc('day', coalesce(event_time, observed_at))
UNION ALL
SELECT source_id, 'membership_snapshot', date_trunc('day', coalesce(event_time, observed_at)), count(*)
FROM membership_snapshot GROUP BY source_id, date_trunc('day', coalesce(event_time, observed_at));
