-- How many controls have which result, by what logs can show of them at all.
SELECT
    testability,
    CASE WHEN applicable THEN operating ELSE 'not_applicable' END AS state,
    count(*) AS controls
FROM control_result
GROUP BY ALL
ORDER BY testability, state
