-- The entity rows, and one row '*' per response: the worst of its entities and of what holds of it as a whole.
INSERT INTO masking_verdict BY NAME
WITH candidate AS (
    SELECT e.interaction_id, e.entity_type, e.entity_class, e.ruling, e.n_mark, e.n_residual FROM w_masking_ruled AS e
    UNION ALL
    SELECT w.interaction_id, '*', 'other', w.ruling, w.n_mark, 0 FROM w_masking_whole AS w
), worst AS (
    SELECT c.interaction_id, c.entity_class, c.ruling, sum(c.n_mark) OVER (PARTITION BY c.interaction_id) AS n_mark,
        sum(c.n_residual) OVER (PARTITION BY c.interaction_id) AS n_residual,
        row_number() OVER (PARTITION BY c.interaction_id ORDER BY v.verdict_rank, k.severity_rank, c.entity_type DESC) AS place
    FROM candidate AS c
    JOIN w_masking_vocabulary AS v ON v.verdict = split_part(c.ruling, ' ', 1)
    JOIN w_masking_class AS k ON k.entity_class = c.entity_class
), ruled AS (
    SELECT e.interaction_id, e.entity_type, e.entity_class, e.ruling, e.n_residual, e.n_mark, e.n_masked, e.n_analyzed, e.scope
    FROM w_masking_ruled AS e
    UNION ALL
    SELECT o.interaction_id, '*', o.entity_class, o.ruling, o.n_residual, o.n_mark, w.n_masked, w.n_analyzed, w.scope
    FROM worst AS o JOIN w_masking_whole AS w ON w.interaction_id = o.interaction_id WHERE o.place = 1
)
SELECT
    r.interaction_id,
    r.entity_type,
    v.verdict,
    v.verdict_rank,
    coalesce(CASE WHEN v.verdict = 'partial_too_wide' AND k.severity_rank > 1 THEN 'medium' END, v.severity, k.severity)
        AS severity,
    split_part(r.ruling, ' ', 2) AS reason,
    r.n_residual,
    r.n_mark AS n_placeholder,
    r.n_masked AS claimed_masked,
    r.n_analyzed AS claimed_analyzed,
    r.scope AS claim_scope
FROM ruled AS r
JOIN w_masking_vocabulary AS v ON v.verdict = split_part(r.ruling, ' ', 1)
JOIN w_masking_class AS k ON k.entity_class = r.entity_class
ORDER BY r.interaction_id, r.entity_type
