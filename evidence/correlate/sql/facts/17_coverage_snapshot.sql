-- Snapshots show a state, not a stretch of time: one row for the period says whether there is any, and how many
-- entries.
INSERT INTO coverage
SELECT s.source_id, s.stream, p.period_from, p.period_to,
       CASE WHEN sum(d.records) > 0 THEN 'covered' ELSE 'gap' END AS state,
       CASE WHEN sum(d.records) > 0 THEN 'content' ELSE 'none' END AS basis,
       CASE WHEN sum(d.records) > 0 THEN 'snapshot_taken' ELSE 'no_snapshot' END AS reason,
       CAST(coalesce(sum(d.records), 0) AS BIGINT) AS records, NULL AS late
FROM w_stream AS s
CROSS JOIN param AS p
LEFT JOIN w_stream_day AS d ON d.source_id = s.source_id AND d.stream = s.stream
WHERE s.stream IN ('identity_alias', 'membership_snapshot')
GROUP BY s.source_id, s.stream, p.period_from, p.period_to;
