-- Links that hold, by kind, method and confidence, with how many had more than one candidate.
SELECT link_kind, method, confidence, count(*) AS links, count(*) FILTER (WHERE candidates > 1) AS with_rivals
FROM link
WHERE candidate_rank = 0
GROUP BY ALL
ORDER BY link_kind, links DESC, method, confidence
