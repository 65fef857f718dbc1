-- One verdict per request, and the flags beside it in the order of the alphabet. Not required by policy is not_required
-- whatever was asked; unknown risk without a valid approval is undetermined; required without any candidate is missing.
CREATE OR REPLACE TABLE w_approval_verdict AS
WITH counted AS (
    SELECT c.x_no, count(DISTINCT a.of_approval) AS candidates
    FROM w_approval_candidate AS c INNER JOIN w_approval AS a ON a.approval_no = c.approval_no
    GROUP BY c.x_no
), best AS (
    SELECT c.x_no, c.approval_no, c.place, c.method, c.verdict FROM w_approval_candidate AS c WHERE c.nth = 1
)
SELECT x.x_no, b.approval_no, b.method, coalesce(n.candidates, 0) AS candidates,
       CASE WHEN q.approval_required THEN coalesce(b.verdict, 'missing')
            WHEN q.risk_level = 'unknown' AND coalesce(b.verdict, 'none') <> 'valid' THEN 'undetermined'
            WHEN q.risk_level = 'unknown' THEN 'valid' ELSE 'not_required' END AS verdict,
       concat_ws(',', CASE WHEN c.automated THEN 'automated' END,
                 CASE WHEN c.complete AND s.dynamic_group THEN 'dynamic_group' END,
                 CASE WHEN c.forced THEN 'forced' END,
                 CASE WHEN b.place = 4 THEN 'inferred_link' END,
                 CASE WHEN k.x_no IS NOT NULL THEN 'skip_group' END,
                 CASE WHEN x.standing OR coalesce(p.standing, FALSE) OR coalesce(c.standing, FALSE)
                     THEN 'standing' END) AS flags,
       us_from_to(c.complete_at, x.event_time) AS delta_us,
       CASE WHEN c.complete THEN coalesce(s.verdict, 'unknown_no_coverage') ELSE 'not_applicable' END AS membership
FROM w_x AS x
INNER JOIN w_required AS q ON q.x_no = x.x_no
LEFT JOIN best AS b ON b.x_no = x.x_no
LEFT JOIN w_approval AS c ON c.approval_no = b.approval_no
LEFT JOIN counted AS n ON n.x_no = x.x_no
LEFT JOIN w_skip_group AS k ON k.x_no = x.x_no
LEFT JOIN session AS p ON p.source_id = x.source_id AND p.native_id = x.parent_session
LEFT JOIN w_approver_standing AS s
    ON s.source_id = c.source_id AND s.approval_id = c.native_id AND s.variant = c.variant AND s.risk = q.risk_level;
