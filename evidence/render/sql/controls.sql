-- Every control with its result, in the order of its numbers.
SELECT
    framework, control_id, title, testability, applicable, design, operating, severity, checks, population, failed, approved,
    undetermined, reason
FROM control_result
ORDER BY framework, TRY_CAST(regexp_extract_all(control_id, '[0-9]+') AS BIGINT[]), control_id
