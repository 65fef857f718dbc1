-- The extent of the ledger behind this package.
SELECT
    count(DISTINCT ledger_seq) AS entries, min(ledger_seq) AS first_seq, max(ledger_seq) AS last_seq,
    count(DISTINCT file_sha256) AS files, coalesce(sum(bytes), 0)::BIGINT AS bytes,
    count(DISTINCT file_sha256) FILTER (WHERE tombstone IS NOT NULL) AS tombstones,
    count(DISTINCT file_sha256) FILTER (WHERE tombstone = 'request') AS tombstones_early
FROM file
