-- The reconciliation once more at four tolerances. Greedy matching takes the nearest pairs first, so that the pairs of
-- a smaller tolerance are those of the larger one that are near enough: nothing is matched anew.
INSERT INTO sensitivity
WITH tolerance AS (
    SELECT t.tolerance_us
    FROM (VALUES (5000000), (30000000), (120000000), (600000000)) AS t (tolerance_us)
), outcome AS (
    SELECT t.tolerance_us, CASE WHEN g.gap_us > t.tolerance_us THEN s.outcome_and_reason
                                WHEN w.gap_us <= t.tolerance_us THEN 'MATCHED_TIME '
                                ELSE v.outcome_and_reason END AS outcome_and_reason
    FROM w_verdict AS v
    CROSS JOIN tolerance AS t
    LEFT JOIN w_time_gap AS g ON g.usage_key = v.usage_key
    LEFT JOIN w_wider AS w ON w.usage_key = v.usage_key
    LEFT JOIN (SELECT o.* FROM w_outcome AS o WHERE NOT o.near_counts) AS s ON s.usage_key = v.usage_key
)
SELECT o.tolerance_us, split_part(o.outcome_and_reason, ' ', 1) AS verdict, count(*) AS rows
FROM outcome AS o
GROUP BY o.tolerance_us, split_part(o.outcome_and_reason, ' ', 1);
