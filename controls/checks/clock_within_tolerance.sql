/*---
id: clock_within_tolerance
ref: LG-07
title: The clocks of the sources agree within the tolerance
grain: period
subject_kind: source
population: Every source whose records are compared by time with those of a gateway.
exclusions: []
severity: medium
needs: []
why: >
  "Approved before it was forwarded" means nothing while nobody knows how far the clocks are apart.
limits: >
  Measured where one event is in both logs, by an exact id or by a declared anchor. An offset that is only declared is a
  statement, not a measurement. Without any of them the difference is not evidenced, and the tolerance that is printed is
  assumed.
reasons:
  within: The 99th percentile of the difference is within the tolerance.
  beyond: The 99th percentile of the difference is beyond the tolerance.
  declared_only: The offset is declared with a reason, and no event is in both logs to measure it.
  not_evidenced: No event is in both logs; the difference cannot be measured.
---*/
WITH ruled AS (
    SELECT s.*, CASE
        WHEN s.method = 'not_evidenced' OR s.p99_abs_us IS NULL     THEN 'undetermined not_evidenced'
        WHEN s.p99_abs_us > s.tolerance_us                          THEN 'fail beyond'
        WHEN s.method = 'configured'                                THEN 'undetermined declared_only'
        ELSE 'pass within' END AS ruling
    FROM skew AS s
)
SELECT
    'source' AS subject_kind,
    concat(source_id, ' to ', reference_source) AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    concat('at most ', CAST(tolerance_us // 1000 AS VARCHAR), ' ms apart') AS expected,
    concat(replace(method, '_', ' '), ', ', CAST(pairs AS VARCHAR), ' pairs', coalesce(', median '
        || CAST(median_us // 1000 AS VARCHAR) || ' ms', ''), coalesce(', 99th percentile '
        || CAST(p99_abs_us // 1000 AS VARCHAR) || ' ms', ''), coalesce(', anchor ' || anchor, '')) AS actual,
    '' AS record_refs
FROM ruled
ORDER BY subject
