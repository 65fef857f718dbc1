-- Identity links: the persons the caller could be, the one chosen first. native_id is the person.
INSERT INTO link
WITH ranked AS (
    SELECT c.*, i.identity_state, i.candidates, i.person_id AS chosen_id, row_number() OVER (
        PARTITION BY c.interaction_id
        ORDER BY c.person_id IS DISTINCT FROM i.person_id, c.strength, c.inexact, c.foreign_issuer, c.person_id) AS nth
    FROM w_identity_candidate AS c
    INNER JOIN w_identity AS i ON i.interaction_id = c.interaction_id
)
SELECT r.interaction_id, 'identity', r.nth - 1, coalesce(r.person_id = r.chosen_id, FALSE), r.alias_type,
       CASE WHEN r.person_id IS DISTINCT FROM r.chosen_id THEN 'none' WHEN r.inexact = 1 THEN 'low'
            WHEN r.strength = 1 THEN 'certain' ELSE 'high' END,
       NULL, r.person_id, NULL, NULL, r.candidates,
       CASE WHEN r.person_id = r.chosen_id AND r.inexact = 0 THEN 'alias_held_then'
            WHEN r.person_id = r.chosen_id THEN 'alias_held_within_tolerance'
            WHEN r.identity_state = 'ambiguous' AND r.strength = 1 THEN 'several_persons'
            WHEN r.identity_state = 'ambiguous' THEN 'several_persons' ELSE 'weaker_name_means_another' END
FROM ranked AS r
WHERE r.nth <= 10;
