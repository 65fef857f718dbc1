-- Approval links: one per approval that could be meant (its better variant), the chosen first.
INSERT INTO link
WITH one AS (
    SELECT c.interaction_id, c.source_id, c.native_id, c.locator, c.method, c.complete_at, c.t, c.verdict, c.nth,
           row_number() OVER (PARTITION BY c.interaction_id, c.source_id, c.native_id ORDER BY c.nth) AS of_one
    FROM w_approval_candidate AS c
), ranked AS (
    SELECT o.*, row_number() OVER (PARTITION BY o.interaction_id ORDER BY o.nth) AS place_in_order
    FROM one AS o WHERE o.of_one = 1
)
SELECT r.interaction_id, 'approval', r.place_in_order - 1, r.place_in_order = 1, r.method,
       CASE r.method WHEN 'credential_session' THEN 'high' WHEN 'session' THEN 'certain' WHEN 'external' THEN 'high'
                     WHEN 'ticket' THEN 'medium' ELSE 'low' END,
       r.source_id, r.native_id, r.locator, us_from_to(r.complete_at, r.t), v.candidates, r.verdict
FROM ranked AS r
INNER JOIN w_approval_verdict AS v ON v.interaction_id = r.interaction_id
WHERE r.place_in_order <= 10;
