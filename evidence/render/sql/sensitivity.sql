-- What the reconciliation would say at other tolerances of time, verdict by verdict: one column for each tolerance.
SELECT
    verdict,
    coalesce(sum(CASE WHEN tolerance_us = 5000000 THEN rows END), 0)::BIGINT AS s5,
    coalesce(sum(CASE WHEN tolerance_us = 30000000 THEN rows END), 0)::BIGINT AS s30,
    coalesce(sum(CASE WHEN tolerance_us = 120000000 THEN rows END), 0)::BIGINT AS s120,
    coalesce(sum(CASE WHEN tolerance_us = 600000000 THEN rows END), 0)::BIGINT AS s600
FROM sensitivity
GROUP BY verdict
ORDER BY verdict
