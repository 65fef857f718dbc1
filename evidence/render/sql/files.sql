-- Every raw file as received.
SELECT
    source_id, path, file_sha256, bytes, state, reason, lines, records, rejects, blanks, skips, rows_out, fan_out,
    first_time,
    last_time, ledger_seq, connector, connector_digest,
    tombstone, tombstone_seq, erased_at, erased_by, erased_reason
FROM file
ORDER BY source_id, path, ledger_seq, file_sha256
