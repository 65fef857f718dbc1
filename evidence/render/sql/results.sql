-- Every verdict of every check.
SELECT
    check_id, subject_kind, subject, verdict, reason, expected, actual, severity, person_id, connection, exception_id,
    record_refs
FROM check_result
ORDER BY check_id, subject_kind, subject
