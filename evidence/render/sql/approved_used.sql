-- Approved exceptions that cover at least one deviation.
SELECT exception_id, count(*) AS members FROM check_result WHERE exception_id IS NOT NULL GROUP BY ALL ORDER BY exception_id
