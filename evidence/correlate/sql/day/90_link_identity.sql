-- Identity links: the persons the caller could be, the one chosen first. native_id is the person.
INSERT INTO link
WITH ranked AS (
    SELECT c.*, i.identity_state, i.candidates, i.person_no AS chosen_no, row_number() OVER (
        PARTITION BY c.x_no
        ORDER BY c.person_no IS DISTINCT FROM i.person_no, c.place, c.person_no) AS nth
    FROM w_identity_candidate AS c
    INNER JOIN w_identity AS i ON i.x_no = c.x_no
)
SELECT x.interaction_id, 'identity', r.nth - 1, coalesce(r.person_no = r.chosen_no, FALSE), r.alias_type,
       CASE WHEN r.person_no IS DISTINCT FROM r.chosen_no THEN 'none' WHEN r.inexact = 1 THEN 'low'
            WHEN r.strength = 1 THEN 'certain' ELSE 'high' END,
       NULL, r.person_id, NULL, NULL, r.candidates,
       CASE WHEN r.person_no = r.chosen_no AND r.inexact = 0 THEN 'alias_held_then'
            WHEN r.person_no = r.chosen_no THEN 'alias_held_within_tolerance'
            WHEN r.identity_state = 'ambiguous' THEN 'several_persons' ELSE 'weaker_name_means_another' END
FROM ranked AS r
INNER JOIN w_x AS x ON x.x_no = r.x_no
WHERE r.nth <= 10;
