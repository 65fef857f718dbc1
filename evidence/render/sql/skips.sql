-- What a connector leaves out by a declared rule.
SELECT source_id, reason, count(*) AS members
FROM skip
GROUP BY ALL
ORDER BY source_id, members DESC, reason
