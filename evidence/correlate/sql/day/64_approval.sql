-- One verdict per request, and the flags beside it in the order of the alphabet. Not required by policy is not_required
-- whatever was asked; unknown risk without a valid approval is undetermined; required without any candidate is missing.
CREATE OR REPLACE TABLE w_approval_verdict AS
WITH counted AS (
    SELECT c.interaction_id, count(DISTINCT c.source_id || chr(31) || c.native_id) AS candidates
    FROM w_approval_candidate AS c GROUP BY c.interaction_id
)
SELECT x.interaction_id, q.approval_required,
       CASE WHEN q.approval_required THEN coalesce(c.verdict, 'missing')
            WHEN q.risk_level = 'unknown' AND coalesce(c.verdict, 'none') <> 'valid' THEN 'undetermined'
            WHEN q.risk_level = 'unknown' THEN 'valid' ELSE 'not_required' END AS verdict,
       concat_ws(',', CASE WHEN c.automated THEN 'automated' END, CASE WHEN c.forced THEN 'forced' END,
                 CASE WHEN c.place = 4 THEN 'inferred_link' END,
                 CASE WHEN k.interaction_id IS NOT NULL THEN 'skip_group' END,
                 CASE WHEN x.standing OR coalesce(p.standing, FALSE) OR coalesce(c.standing, FALSE)
                     THEN 'standing' END) AS flags,
       c.source_id, c.native_id, c.locator, c.method, coalesce(n.candidates, 0) AS candidates, c.complete_at, c.ends_at,
       us_from_to(c.complete_at, x.event_time) AS delta_us, c.approver_person_id, c.approver_subject,
       CASE WHEN c.complete THEN c.is_self END AS is_self, c.approver_group, c.decision_locator, c.variant,
       CASE WHEN c.complete THEN coalesce(s.verdict, 'unknown_no_coverage') ELSE 'not_applicable' END AS membership,
       f.account_state, f.sign_in_tier
FROM w_x AS x
INNER JOIN w_required AS q ON q.interaction_id = x.interaction_id
LEFT JOIN w_approval_candidate AS c ON c.interaction_id = x.interaction_id AND c.nth = 1
LEFT JOIN counted AS n ON n.interaction_id = x.interaction_id
LEFT JOIN w_approver_fact AS f ON f.person_id = c.approver_person_id AND f.instant = c.complete_at
LEFT JOIN w_skip_group AS k ON k.interaction_id = x.interaction_id
LEFT JOIN session AS p ON p.source_id = x.source_id AND p.native_id = x.parent_session
LEFT JOIN w_approver_standing AS s
    ON s.source_id = c.source_id AND s.approval_id = c.native_id AND s.variant = c.variant AND s.risk = q.risk_level;
