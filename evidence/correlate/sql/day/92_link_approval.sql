-- Approval links: one per approval that could be meant (its better variant), the chosen first.
INSERT INTO link
WITH one AS (
    SELECT c.x_no, c.method, c.complete_at, c.t, c.verdict, c.nth, a.source_id, a.native_id, a.locator,
           row_number() OVER (PARTITION BY c.x_no, a.of_approval ORDER BY c.nth) AS of_one
    FROM w_approval_candidate AS c INNER JOIN w_approval AS a ON a.approval_no = c.approval_no
), ranked AS (
    SELECT o.*, row_number() OVER (PARTITION BY o.x_no ORDER BY o.nth) AS place_in_order
    FROM one AS o WHERE o.of_one = 1
)
SELECT x.interaction_id, 'approval', r.place_in_order - 1, r.place_in_order = 1, r.method,
       CASE r.method WHEN 'credential_session' THEN 'high' WHEN 'session' THEN 'certain' WHEN 'external' THEN 'high'
                     WHEN 'ticket' THEN 'medium' ELSE 'low' END,
       r.source_id, r.native_id, r.locator, us_from_to(r.complete_at, r.t), v.candidates, r.verdict
FROM ranked AS r
INNER JOIN w_approval_verdict AS v ON v.x_no = r.x_no
INNER JOIN w_x AS x ON x.x_no = r.x_no
WHERE r.place_in_order <= 10;
