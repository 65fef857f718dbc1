-- Interactions by caller class and by how the person was found.
SELECT caller_class, identity_state, coalesce(identity_method, '–') AS method, count(*) AS interactions,
       count(DISTINCT person_id) AS persons
FROM chain
GROUP BY ALL
ORDER BY caller_class, identity_state, method
