-- The links of one interaction, the candidates that were not chosen among them.
SELECT link_kind, candidate_rank, chosen, method, confidence, source_id, locator, delta_us, candidates, reason
FROM link
WHERE interaction_id = $interaction_id
ORDER BY link_kind, candidate_rank
