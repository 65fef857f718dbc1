-- Claims against marks, per unit and entity. Marks that name no entity are a pool that must cover all that is missing.
-- `short`: the marks do not account for the claim. `beyond`: the gateway itself found more than it masked.
CREATE OR REPLACE TEMP TABLE w_masking_balance AS
WITH marks AS (
    SELECT u.unit, m.entity_type, count(*) AS n_marks
    FROM w_masking_mark AS m JOIN w_masking_unit AS u ON u.interaction_id = m.interaction_id
    GROUP BY u.unit, m.entity_type
), pool AS (
    SELECT k.unit, coalesce(sum(CASE WHEN k.entity_type IS NULL THEN k.n_marks END), 0) AS n_untyped, sum(k.n_marks) AS n_all
    FROM marks AS k GROUP BY k.unit
), claimed AS (
    SELECT c.unit, c.entity_type, c.n_masked, c.n_analyzed,
        greatest(coalesce(c.n_masked, 0) - coalesce(k.n_marks, 0), 0) AS missing,
        max(CASE WHEN c.entity_type <> '*' AND c.n_masked > 0 THEN 1 ELSE 0 END) OVER (PARTITION BY c.unit) AS itemised
    FROM w_masking_claim AS c
    LEFT JOIN marks AS k ON k.unit = c.unit AND k.entity_type = c.entity_type
), summed AS (
    SELECT c.*, sum(CASE WHEN c.entity_type <> '*' THEN c.missing ELSE 0 END) OVER (PARTITION BY c.unit) AS all_missing,
        coalesce(p.n_untyped, 0) AS n_untyped, coalesce(p.n_all, 0) AS n_all
    FROM claimed AS c LEFT JOIN pool AS p ON p.unit = c.unit
)
SELECT s.unit, s.entity_type, s.n_masked, s.n_analyzed,
    CASE WHEN s.entity_type = '*' THEN s.itemised = 0 AND coalesce(s.n_masked, 0) > s.n_all
        ELSE s.missing > 0 AND s.n_untyped < s.all_missing END AS short,
    coalesce(s.n_analyzed, 0) > coalesce(s.n_masked, 0) AND s.entity_type <> '*' AS beyond
FROM summed AS s
