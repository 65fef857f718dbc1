-- The members of every check's population, sorted.
SELECT check_id, subject FROM check_result WHERE verdict <> 'not_applicable' ORDER BY check_id, subject, subject_kind
