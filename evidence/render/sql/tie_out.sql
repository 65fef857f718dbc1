-- Rows that a source says it has, beside the records read: the same file where the claim came in one, else the source.
SELECT
    w.source_id, w.stream, w.event_time AS from_time, w.end_time AS to_time, w.basis, w.complete, w.source_rows,
    coalesce(
        (SELECT sum(f.records)::BIGINT FROM file AS f
         WHERE f.source_id = w.source_id AND f.file_sha256 = left(w.locator, 64)),
        (SELECT sum(f.records)::BIGINT FROM file AS f WHERE f.source_id = w.source_id)
    ) AS records_read,
    w.reason
FROM source_window AS w
WHERE w.source_rows IS NOT NULL
ORDER BY w.source_id, w.stream, w.event_time, w.end_time, w.native_id, w.ordinal
