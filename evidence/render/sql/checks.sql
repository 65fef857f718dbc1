-- Every check with the figures of its population, worst severity first.
SELECT
    check_id, title, severity, sql_sha256, state, state_reason, population, passed, failed, approved, undetermined,
    not_applicable, population_sha256, (failed + approved + undetermined > 0 OR state <> 'ran') AS noted
FROM check_summary
ORDER BY
    CASE severity WHEN 'critical' THEN 1 WHEN 'high' THEN 2 WHEN 'medium' THEN 3 ELSE 4 END, check_id
