-- What a list covers: its instant. It is whole where it holds as many resources as it says there are.
SELECT r.record_no,
       r.record_hash AS native_id,
       r.observed_at AS event_time,
       r.observed_at + INTERVAL 1 MICROSECOND AS end_time,
       r.observed_at,
       CASE WHEN len(list_filter(r.s.Resources, lambda x: x.userName IS NOT NULL)) > 0
            THEN 'identity_alias' ELSE 'membership_snapshot' END AS stream,
       'content' AS basis,
       COALESCE(TRY_CAST(r.s.totalResults AS BIGINT) = len(r.s.Resources), false) AS complete,
       TRY_CAST(r.s.totalResults AS BIGINT) AS source_rows,
       CASE WHEN COALESCE(TRY_CAST(r.s.totalResults AS BIGINT) <> len(r.s.Resources), true)
            THEN 'the list holds fewer resources than it says there are' END AS reason
FROM record AS r
WHERE r.s.Resources IS NOT NULL AND r.observed_at IS NOT NULL
