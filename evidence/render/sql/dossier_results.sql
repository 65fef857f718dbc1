-- What the checks say about one interaction.
SELECT check_id, verdict, reason, expected, actual, exception_id
FROM check_result
WHERE subject_kind = 'interaction' AND subject = $interaction_id AND verdict <> 'not_applicable'
ORDER BY check_id
