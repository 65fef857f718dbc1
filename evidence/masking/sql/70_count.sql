-- Per response and entity, what was found, marked and claimed.
CREATE OR REPLACE TEMP TABLE w_masking_count AS
WITH found AS (
    SELECT f.interaction_id, f.entity_type,
        count(*) FILTER (WHERE f.kind = 'residual') AS n_residual,
        count(*) FILTER (WHERE f.kind = 'unread') AS n_unread,
        count(*) FILTER (WHERE f.kind = 'echo') AS n_echo,
        count(*) FILTER (WHERE f.kind = 'canary') AS n_canary,
        count(*) FILTER (WHERE f.kind = 'allowed') AS n_allowed,
        count(*) FILTER (WHERE f.kind = 'non_public') AS n_non_public,
        count(*) FILTER (WHERE f.kind = 'fixture') AS n_fixture
    FROM w_masking_finding AS f GROUP BY f.interaction_id, f.entity_type
), marked AS (
    SELECT m.interaction_id, m.entity_type, count(*) AS n_mark,
        count(*) FILTER (WHERE m.self_evident) AS n_proving
    FROM w_masking_mark AS m GROUP BY m.interaction_id, m.entity_type
), wide AS (
    SELECT p.interaction_id, p.entity_type, count(*) FILTER (WHERE m.self_evident) AS n_wide_proving, count(*) AS n_wide
    FROM w_masking_pair AS p
    JOIN w_masking_mark AS m ON m.interaction_id = p.interaction_id AND m.entity_type = p.entity_type
    WHERE m.visible_bytes > p.keep
    GROUP BY p.interaction_id, p.entity_type
)
SELECT p.interaction_id, p.entity_type, p.entity_class, p.traced, p.action, p.strategy, coalesce(p.doubtful, false) AS doubtful,
    CASE WHEN p.action = 'allow' THEN 0 ELSE coalesce(f.n_residual, 0) END AS n_residual,
    CASE WHEN p.action = 'allow' THEN coalesce(f.n_residual, 0) ELSE 0 END AS n_by_policy,
    coalesce(f.n_unread, 0) AS n_unread, coalesce(f.n_echo, 0) AS n_echo,
    coalesce(f.n_canary, 0) AS n_canary, coalesce(f.n_allowed, 0) AS n_allowed, coalesce(f.n_non_public, 0)
        AS n_non_public, coalesce(f.n_fixture, 0) AS n_fixture, coalesce(m.n_mark, 0) AS n_mark, coalesce(m.n_proving, 0) AS n_proving,
    b.n_masked, b.n_analyzed, CASE WHEN b.unit IS NOT NULL THEN u.scope END AS scope,
    coalesce(b.short, false) AS short, coalesce(b.beyond, false) AS beyond,
    coalesce(b.n_masked, 0) > 0 OR coalesce(t.n_masked, 0) > 0 AND coalesce(b.n_masked, 1) > 0 AS claimed,
    coalesce(w.n_wide_proving, 0) > 0 OR coalesce(w.n_wide, 0) > 0 AND coalesce(b.n_masked, 0) > 0 AS too_wide
FROM w_masking_pair AS p
LEFT JOIN found AS f ON f.interaction_id = p.interaction_id AND f.entity_type = p.entity_type
LEFT JOIN marked AS m ON m.interaction_id = p.interaction_id AND m.entity_type = p.entity_type
LEFT JOIN wide AS w ON w.interaction_id = p.interaction_id AND w.entity_type = p.entity_type
LEFT JOIN w_masking_unit AS u ON u.interaction_id = p.interaction_id
LEFT JOIN w_masking_balance AS b ON b.unit = u.unit AND b.entity_type = p.entity_type
LEFT JOIN w_masking_balance AS t ON t.unit = u.unit AND t.entity_type = '*'
