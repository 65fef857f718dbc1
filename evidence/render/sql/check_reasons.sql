-- How often each check gave which verdict for which reason.
SELECT check_id, verdict, reason, count(*) AS members
FROM check_result
GROUP BY ALL
ORDER BY check_id, verdict, members DESC, reason
