-- Every response and entity of which something can be said, and what policy says of it: the first rule that fits holds.
-- A claim that does not add up is carried by the responses of its unit that show a trace of the entity; by all, if none does.
CREATE OR REPLACE TEMP TABLE w_masking_pair AS
WITH trace AS (
    SELECT f.interaction_id, f.entity_type FROM w_masking_finding AS f
    UNION
    SELECT m.interaction_id, m.entity_type FROM w_masking_mark AS m WHERE m.entity_type IS NOT NULL
), located AS (
    SELECT DISTINCT u.unit, t.entity_type FROM trace AS t JOIN w_masking_unit AS u ON u.interaction_id = t.interaction_id
), carried AS (
    SELECT u.interaction_id, b.entity_type
    FROM w_masking_balance AS b
    JOIN w_masking_unit AS u ON u.unit = b.unit AND u.delivered
    LEFT JOIN located AS l ON l.unit = b.unit AND l.entity_type = b.entity_type
    WHERE (b.short OR b.beyond) AND b.entity_type <> '*' AND l.unit IS NULL
), pair AS (
    SELECT t.interaction_id, t.entity_type, true AS traced FROM trace AS t
    UNION ALL
    SELECT c.interaction_id, c.entity_type, false FROM carried AS c
), class AS (
    SELECT f.entity_type, min(f.entity_class) AS entity_class FROM w_masking_finding AS f GROUP BY f.entity_type
), classed AS (
    SELECT p.interaction_id, p.entity_type, p.traced, r.connection, r.event_time,
        coalesce(k.entity_class, c.entity_class, 'other') AS entity_class
    FROM pair AS p
    JOIN w_masking_response AS r ON r.interaction_id = p.interaction_id
    LEFT JOIN w_masking_entity AS k ON k.entity_type = p.entity_type
    LEFT JOIN class AS c ON c.entity_type = p.entity_type
), fitting AS (  -- a rule for a group fits its members for certain, and with doubt where membership is not proven
    SELECT q.interaction_id, q.entity_type, c.rank, c.action, c.keep_last, c.strategy,
        coalesce(g.standing, 'certain') AS standing,
        row_number() OVER (PARTITION BY q.interaction_id, q.entity_type, coalesce(g.standing, 'certain') ORDER BY c.rank) AS place
    FROM classed AS q
    JOIN cfg_masking AS c
        ON (c.entity_class = '*' OR c.entity_class = q.entity_class) AND (c.entity_type = '*' OR c.entity_type = q.entity_type)
        AND coalesce(q.connection, '') LIKE c.connection AND c.valid_from <= q.event_time AND q.event_time < c.valid_to
    LEFT JOIN w_masking_group AS g ON g.interaction_id = q.interaction_id AND g.group_id = lower(c.directory_group)
    WHERE c.directory_group IS NULL OR g.interaction_id IS NOT NULL
)
SELECT q.interaction_id, q.entity_type, q.entity_class, q.traced, coalesce(f.action, 'must_mask') AS action,
    CASE coalesce(f.action, 'must_mask') WHEN 'must_mask' THEN 0 WHEN 'partial_ok' THEN coalesce(f.keep_last, 4) END AS keep,
    coalesce(f.strategy, 'mask') AS strategy,
    d.rank < coalesce(f.rank, d.rank + 1) AND d.action <> coalesce(f.action, 'must_mask') AS doubtful
FROM classed AS q
LEFT JOIN fitting AS f ON f.interaction_id = q.interaction_id AND f.entity_type = q.entity_type AND f.place = 1
    AND f.standing = 'certain'
LEFT JOIN fitting AS d ON d.interaction_id = q.interaction_id AND d.entity_type = q.entity_type AND d.place = 1
    AND d.standing = 'doubtful'
