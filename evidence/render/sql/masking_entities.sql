-- Per entity: what the gateway claims, which marks were found, and what an independent scan still found.
SELECT
    entity_type, verdict, min(verdict_rank) AS verdict_rank, count(*) AS responses,
    sum(claimed_masked)::BIGINT AS claimed_masked, sum(n_placeholder)::BIGINT AS placeholders,
    sum(n_residual)::BIGINT AS residuals
FROM masking_verdict
WHERE interaction_id IN (SELECT interaction_id FROM chain)
GROUP BY ALL
ORDER BY entity_type, verdict_rank, verdict
