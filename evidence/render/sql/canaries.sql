-- Canaries sent through the real gateway: in how many prompts and answers of the period each was found, and when first.
SELECT
    c.canary_id, c.entity_type, c.registered_at,
    count(DISTINCT CASE WHEN f.field = 'prompt' THEN x.native_id END) AS prompts,
    count(DISTINCT CASE WHEN f.field = 'response' THEN x.native_id END) AS answers,
    min(x.event_time) AS first_seen
FROM cfg_canary AS c
CROSS JOIN param AS p
LEFT JOIN finding AS f ON f.entity_type = c.entity_type AND f.value_hmac = c.value_hmac
LEFT JOIN exchange AS x
    ON x.source_id = f.source_id AND x.native_id = f.exchange_ref
    AND x.event_time >= p.period_from AND x.event_time < p.period_to
GROUP BY c.canary_id, c.entity_type, c.registered_at
ORDER BY c.registered_at, c.canary_id
