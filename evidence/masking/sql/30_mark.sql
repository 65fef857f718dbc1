-- The marks of masking in responses, each place once. A hash stands for a value only where policy says that values are hashed.
CREATE OR REPLACE TEMP TABLE w_masking_mark AS
WITH marked AS (
    SELECT p.*, row_number() OVER (PARTITION BY p.source_id, p.exchange_ref, p.off_bytes
        ORDER BY p.self_evident DESC, p.len_bytes DESC, p.style, p.locator) AS place
    FROM placeholder AS p WHERE p.field = 'response'
), hashed AS (
    SELECT DISTINCT r.interaction_id
    FROM w_masking_response AS r
    JOIN cfg_masking AS c ON c.strategy = 'hash' AND r.connection LIKE c.connection
        AND c.valid_from <= r.event_time AND r.event_time < c.valid_to
)
SELECT r.interaction_id, m.entity_type, m.self_evident, m.visible_bytes
FROM marked AS m
JOIN w_masking_response AS r ON r.source_id = m.source_id AND r.native_id = m.exchange_ref
LEFT JOIN hashed AS h ON h.interaction_id = r.interaction_id
WHERE m.place = 1 AND (m.style <> 'hash_reference' OR h.interaction_id IS NOT NULL)
