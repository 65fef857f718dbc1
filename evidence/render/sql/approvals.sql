-- Interactions by risk, need of approval and verdict.
SELECT risk_level, approval_required, approval_verdict, count(*) AS interactions
FROM chain
GROUP BY risk_level, approval_required, approval_verdict
ORDER BY
    CASE risk_level WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END, approval_required DESC,
    approval_verdict
