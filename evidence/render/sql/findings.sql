-- What the scanner found in the texts of the period, by entity, field and whether it counts.
SELECT
    f.entity_class, f.entity_type, f.field, coalesce(f.flag, 'counts') AS flag, count(*) AS findings,
    count(DISTINCT f.exchange_ref) AS texts, min(f.engine) AS engine, count(DISTINCT f.rules_digest) AS rule_sets
FROM finding AS f
INNER JOIN chain AS c ON c.source_id = f.source_id AND c.native_id = f.exchange_ref
GROUP BY f.entity_class, f.entity_type, f.field, coalesce(f.flag, 'counts')
ORDER BY f.entity_class, f.entity_type, f.field, flag
