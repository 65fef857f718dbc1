-- Interactions by their worst masking verdict.
SELECT masking_verdict AS verdict, outcome, count(*) AS interactions
FROM chain
GROUP BY ALL
ORDER BY interactions DESC, verdict, outcome
