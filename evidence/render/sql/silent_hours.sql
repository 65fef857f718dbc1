-- Hours of the period without a single interaction, per gateway.
SELECT
    c.source_id,
    datediff('hour', date_trunc('hour', min(p.period_from)), min(p.period_to)) AS hours,
    count(DISTINCT date_trunc('hour', c.event_time)) AS busy_hours
FROM chain AS c
CROSS JOIN param AS p
WHERE c.interaction_kind <> 'usage_request' AND c.event_time >= p.period_from AND c.event_time < p.period_to
GROUP BY c.source_id
ORDER BY c.source_id
