-- The sources and what was received for each.
WITH received AS (
    SELECT
        source_id,
        count(*) AS files,
        count(DISTINCT file_sha256) AS distinct_files,
        sum(bytes)::BIGINT AS bytes, sum(lines)::BIGINT AS lines, sum(records)::BIGINT AS records,
        sum(rejects)::BIGINT AS rejects, sum(blanks)::BIGINT AS blanks, sum(skips)::BIGINT AS skips,
        sum(rows_out)::BIGINT AS rows_out, sum(fan_out)::BIGINT AS fan_out,
        min(first_time) AS first_time, max(last_time) AS last_time,
        count(*) FILTER (WHERE state = 'partial') AS partial_files,
        count(*) FILTER (WHERE state = 'unreadable') AS unreadable_files,
        count(tombstone) AS tombstones, count(*) FILTER (WHERE tombstone = 'request') AS tombstones_early,
        min(ledger_seq) AS first_seq, max(ledger_seq) AS last_seq
    FROM file
    GROUP BY source_id
)
SELECT
    s.source_id, s.connector, s.role, s.required, s.settling_us, s.skew_us, s.issuer,
    coalesce(r.files, 0) AS files, coalesce(r.distinct_files, 0) AS distinct_files, coalesce(r.bytes, 0) AS bytes,
    coalesce(r.lines, 0) AS lines, coalesce(r.records, 0) AS records, coalesce(r.rejects, 0) AS rejects,
    coalesce(r.blanks, 0) AS blanks, coalesce(r.skips, 0) AS skips, coalesce(r.rows_out, 0) AS rows_out,
    coalesce(r.fan_out, 0) AS fan_out,
    r.first_time, r.last_time, coalesce(r.partial_files, 0) AS partial_files,
    coalesce(r.unreadable_files, 0) AS unreadable_files, r.first_seq, r.last_seq,
    coalesce(r.tombstones, 0) AS tombstones, coalesce(r.tombstones_early, 0) AS tombstones_early,
    (SELECT count(*) FROM duplicate AS d WHERE d.source_id = s.source_id) AS duplicate_keys,
    (SELECT count(*) FROM altered AS a WHERE a.source_id = s.source_id) AS altered_keys
FROM cfg_source AS s
LEFT JOIN received AS r ON r.source_id = s.source_id
ORDER BY s.source_id
