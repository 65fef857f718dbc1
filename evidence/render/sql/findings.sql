-- What the scanner found, by entity, field and whether it counts.
SELECT
    entity_class, entity_type, field, coalesce(flag, 'counts') AS flag, count(*) AS findings,
    count(DISTINCT exchange_ref) AS texts, min(engine) AS engine, count(DISTINCT rules_digest) AS rule_sets
FROM finding
GROUP BY ALL
ORDER BY entity_class, entity_type, field, flag
