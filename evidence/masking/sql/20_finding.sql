-- The findings in responses, each place and entity once, and whether the caller had written the same value in the prompt.
CREATE OR REPLACE TEMP TABLE w_masking_finding AS
WITH prompted AS (
    SELECT DISTINCT f.source_id, f.exchange_ref, f.entity_type, f.value_hmac FROM finding AS f WHERE f.field = 'prompt'
), answered AS (
    SELECT f.source_id, f.exchange_ref, f.entity_type, f.entity_class, f.off_bytes, f.value_hmac, f.confidence_milli, f.flag,
        row_number() OVER (PARTITION BY f.source_id, f.exchange_ref, f.off_bytes, f.entity_type
            ORDER BY f.confidence_milli DESC, f.locator, f.rule_id, f.value_hmac) AS place
    FROM finding AS f WHERE f.field = 'response'
)
SELECT
    r.interaction_id,
    a.entity_type,
    a.entity_class,
    CASE
        WHEN a.flag IN ('fixture', 'non_public', 'allowed', 'echo', 'canary') THEN a.flag
        WHEN p.value_hmac IS NOT NULL THEN 'echo'
        WHEN a.flag = 'capped' AND a.confidence_milli < 500 THEN 'unread'
        WHEN a.confidence_milli < 500 THEN 'weak'
        ELSE 'residual'
    END AS kind
FROM answered AS a
JOIN w_masking_response AS r ON r.source_id = a.source_id AND r.native_id = a.exchange_ref
LEFT JOIN prompted AS p ON p.source_id = a.source_id AND p.exchange_ref = a.exchange_ref
    AND p.entity_type = a.entity_type AND p.value_hmac = a.value_hmac
WHERE a.place = 1
