-- Membership behind a complete approval: the least favourable among the decisions that completed it, per risk.
CREATE OR REPLACE TABLE w_approver_standing AS
WITH used AS (
    SELECT q.variant, q.source_id, q.approval_id, c.group_key
    FROM w_quorum AS q
    INNER JOIN w_counted AS c
        ON c.source_id = q.source_id AND c.approval_id = q.approval_id
        AND (q.variant = 'any' OR NOT coalesce(c.is_self, FALSE))
        AND CASE WHEN q.forced THEN c.decision_locator = q.decision_locator AND c.approved_at = q.complete_at
                 ELSE c.approved_at <= q.complete_at END
), ranked AS (
    SELECT u.variant, u.source_id, u.approval_id, v.risk, v.verdict, v.dynamic_group,
           row_number() OVER (PARTITION BY u.variant, u.source_id, u.approval_id, v.risk
                              ORDER BY v.verdict_rank DESC, v.group_key) AS nth
    FROM used AS u
    INNER JOIN w_membership_verdict AS v
        ON v.source_id = u.source_id AND v.approval_id = u.approval_id AND v.group_key = u.group_key
)
SELECT r.variant, r.source_id, r.approval_id, r.risk, r.verdict, r.dynamic_group FROM ranked AS r WHERE r.nth = 1;
