-- Sign-in links: the one shown and the next nine in order of preference, with the confidence its tier allows.
INSERT INTO link
SELECT x.interaction_id, 'sign_in', c.nth - 1, c.nth = 1 AND s.tier <> 'T-A', c.tier,
       CASE WHEN s.tier = 'T-A' AND c.of_best_tier THEN 'low'
            ELSE CASE c.tier WHEN 'T1' THEN 'certain' WHEN 'T1b' THEN 'very_high' WHEN 'T2' THEN 'high'
                             WHEN 'T3' THEN 'medium' WHEN 'T4' THEN 'low' ELSE 'asserted' END END,
       e.source_id, e.native_id, e.locator, c.delta_us, s.candidates, c.reason
FROM w_sign_in_candidate AS c
INNER JOIN w_sign_in AS s ON s.x_no = c.x_no
INNER JOIN w_event AS e ON e.auth_no = c.auth_no
INNER JOIN w_x AS x ON x.x_no = c.x_no
WHERE c.nth <= 10
UNION ALL
SELECT x.interaction_id, 'sign_in', 0, FALSE, s.tier, CASE s.tier WHEN 'T5' THEN 'asserted' ELSE 'none' END, NULL, NULL,
       NULL, NULL, 0, s.reason
FROM w_sign_in AS s
INNER JOIN w_x AS x ON x.x_no = s.x_no
WHERE s.auth_no IS NULL;
