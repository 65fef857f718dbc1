/*---
id: rejects_explained
ref: LG-02
title: Every line of every raw file became a record, or is listed with the reason why not
grain: history
subject_kind: file
population: Every raw file that could be read, whole or in part.
exclusions:
  - Files that could not be read at all (unreadable); raw_files_unchanged tests them.
severity: high
needs: []
why: >
  A line that vanishes between the raw file and the count is how a deviation goes missing.
limits: >
  A listed reject is explained, not repaired: what the line would have said is unknown. The report prints their number and
  share per source.
reasons:
  nothing_rejected: Every line is a record or blank.
  all_listed: Some lines are no record; each is listed with its reason.
  unlisted: More lines were rejected than are listed.
  partly_read: The file was read only in part; what follows is not known.
  unreadable: The file could not be read.
---*/
WITH listed AS (
    SELECT r.source_id, left(r.locator, 64) AS file_sha256, count(DISTINCT r.locator) AS n,
        string_agg(DISTINCT split_part(r.reason, ':', 1), ', ' ORDER BY split_part(r.reason, ':', 1)) AS reasons
    FROM reject AS r GROUP BY r.source_id, left(r.locator, 64)
), ruled AS (
    SELECT f.*, coalesce(l.n, 0) AS n, l.reasons, CASE
        WHEN f.state = 'unreadable'             THEN 'not_applicable unreadable'
        WHEN coalesce(l.n, 0) < f.rejects       THEN 'fail unlisted'
        WHEN f.state = 'partial'                THEN 'undetermined partly_read'
        WHEN coalesce(l.n, 0) = 0               THEN 'pass nothing_rejected'
        ELSE 'pass all_listed' END AS ruling
    FROM file AS f LEFT JOIN listed AS l ON l.source_id = f.source_id AND l.file_sha256 = f.file_sha256
)
SELECT
    'file' AS subject_kind,
    concat(source_id, '/', file_sha256) AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'lines = records + listed rejects + blanks' AS expected,
    concat(path, ': ', CAST(lines AS VARCHAR), ' lines = ', CAST(records AS VARCHAR), ' records + ', CAST(rejects AS VARCHAR),
        ' rejects + ', CAST(blanks AS VARCHAR), ' blanks; ', CAST(n AS VARCHAR), ' listed', coalesce(': ' || replace(reasons, '_',
        ' '), '')) AS actual,
    file_sha256 AS record_refs
FROM ruled
ORDER BY subject
