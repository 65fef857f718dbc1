-- Members about which nothing can be said, and why.
SELECT check_id, reason, count(*) AS members
FROM check_result
WHERE verdict = 'undetermined'
GROUP BY ALL
ORDER BY check_id, members DESC, reason
