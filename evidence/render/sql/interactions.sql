-- All interactions, sorted: the population of the sample.
SELECT interaction_id FROM chain ORDER BY interaction_id
