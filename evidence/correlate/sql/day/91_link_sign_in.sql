-- Sign-in links: the one shown and the next nine in order of preference, with the confidence its tier allows.
INSERT INTO link
SELECT c.interaction_id, 'sign_in', c.nth - 1, c.nth = 1 AND s.tier <> 'T-A', c.tier,
       CASE WHEN s.tier = 'T-A' AND c.of_best_tier THEN 'low'
            ELSE CASE c.tier WHEN 'T1' THEN 'certain' WHEN 'T1b' THEN 'very_high' WHEN 'T2' THEN 'high'
                             WHEN 'T3' THEN 'medium' WHEN 'T4' THEN 'low' ELSE 'asserted' END END,
       c.source_id, c.native_id, c.locator, c.delta_us, s.candidates, c.reason
FROM w_sign_in_candidate AS c
INNER JOIN w_sign_in AS s ON s.interaction_id = c.interaction_id
WHERE c.nth <= 10
UNION ALL
SELECT s.interaction_id, 'sign_in', 0, FALSE, s.tier, CASE s.tier WHEN 'T5' THEN 'asserted' ELSE 'none' END, NULL, NULL,
       NULL, NULL, 0, s.reason
FROM w_sign_in AS s
WHERE s.native_id IS NULL;
