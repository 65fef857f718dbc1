-- What gave no row, by source and reason.
SELECT source_id, coalesce(relation, '-') AS relation, reason, count(*) AS members
FROM reject
GROUP BY ALL
ORDER BY source_id, members DESC, relation, reason
