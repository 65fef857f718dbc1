/*---
id: raw_files_unchanged
ref: LG-03
title: Every raw file is kept as it was received, and was read whole
grain: history
subject_kind: file
population: Every raw file that the ledger has received for the sources in force.
exclusions:
  - Files whose raw bytes were replaced by a tombstone after the end of their retention (erased_after_retention).
severity: critical
needs: []
why: >
  Evidence that changed after it was taken, or of which a part could not be read, supports nothing that rests on it.
limits: >
  Every file is hashed before it is read, and each run compares ledger and vault and stops where they disagree. What was
  changed before the file was received cannot be seen here; see no_gap_in_sources and no_bypass.
reasons:
  kept_and_read: Hashed on receipt, kept, and read from the first byte to the last.
  changed: The file changed while it was being received.
  partly_read: Only a part of the file could be read.
  unreadable: The file could not be read.
  erased_after_retention: Hashed on receipt and read whole; its bytes were erased when its retention was over.
  erased_early: Hashed on receipt and read whole, but its bytes were erased before its retention was over; the ledger says by
    whom and why.
  text_not_kept: Hashed on receipt and read whole, but its bytes were not kept (ingest.vault is hashes_only).
---*/
WITH ruled AS (
    SELECT f.*, CASE
        WHEN f.reason LIKE '%changed%'      THEN 'fail changed'
        WHEN f.state = 'unreadable'         THEN 'undetermined unreadable'
        WHEN f.state = 'partial'            THEN 'undetermined partly_read'
        WHEN f.tombstone = 'retention'      THEN 'not_applicable erased_after_retention'
        WHEN f.tombstone = 'request'        THEN 'undetermined erased_early'
        WHEN NOT f.kept                     THEN 'undetermined text_not_kept'
        ELSE 'pass kept_and_read' END AS ruling
    FROM file AS f
)
SELECT
    'file' AS subject_kind,
    concat(source_id, '/', file_sha256) AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'kept with the hash of its receipt, and read whole' AS expected,
    concat(path, ', ', CAST(bytes AS VARCHAR), ' bytes, ledger line ', CAST(ledger_seq AS VARCHAR), ', ', state,
        coalesce(': ' || replace(reason, '_', ' '), ''),
        coalesce(', a tombstone by ledger line ' || CAST(tombstone_seq AS VARCHAR) || ': ' || erased_reason, '')) AS actual,
    file_sha256 AS record_refs
FROM ruled
ORDER BY subject
