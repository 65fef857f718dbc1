-- What became of the vendor's usage rows, by source, surface and verdict.
SELECT source_id, surface, scope_rule, grain, verdict, coalesce(grade, '–') AS grade, reason, count(*) AS members
FROM reconciliation
GROUP BY ALL
ORDER BY source_id, surface, scope_rule, grain, verdict, grade, reason
