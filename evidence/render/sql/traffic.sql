-- Interactions per gateway, UTC day and hour, for the heat map; hours without any are the point of it.
SELECT
    c.source_id, datediff('day', date_trunc('day', p.period_from), date_trunc('day', c.event_time)) AS day_no,
    extract(hour FROM c.event_time) AS hour_no, count(*) AS interactions
FROM chain AS c
CROSS JOIN param AS p
WHERE c.interaction_kind <> 'usage_request'
GROUP BY ALL
ORDER BY c.source_id, day_no, hour_no
