-- What a combined document covers: its instant, for accounts and for members of groups.
WITH document AS (
    SELECT r.record_no, r.record_hash, r.s, COALESCE(utc(r.s.observed_at), r.observed_at) AS seen_at,
           COALESCE(r.s.complete = 'true', false) AS complete
    FROM record AS r
    WHERE r.s.users IS NOT NULL OR r.s.groups IS NOT NULL
), stream AS (
    SELECT d.*, 0 AS ordinal, 'identity_alias' AS stream, len(d.s.users) AS counted FROM document AS d
    UNION ALL
    SELECT d.*, 1, 'membership_snapshot', len(d.s.groups) FROM document AS d
)
SELECT t.record_no,
       t.record_hash AS native_id,
       t.ordinal,
       t.seen_at AS event_time,
       t.s.observed_at AS event_time_raw,
       t.seen_at + INTERVAL 1 MICROSECOND AS end_time,
       t.seen_at AS observed_at,
       t.stream,
       'content' AS basis,
       t.complete,
       t.counted AS source_rows,
       CASE WHEN NOT t.complete THEN 'the document does not say that it is complete' END AS reason
FROM stream AS t
WHERE t.seen_at IS NOT NULL
