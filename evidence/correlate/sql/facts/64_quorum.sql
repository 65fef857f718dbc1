-- When an approval was complete: at the first forced decision, or at the decision that reached the quorum (no number
-- given: every group asked). Counted twice: 'any' with all decisions, 'clean' without self-approvals, so that a self-
-- approval that others make superfluous does no harm. One row per approval and variant that became complete.
CREATE OR REPLACE TABLE w_quorum AS
WITH need AS (
    SELECT a.source_id, a.native_id AS approval_id, greatest(coalesce(a.quorum, count(d.group_key)), 1) AS needed
    FROM w_approval_now AS a
    LEFT JOIN w_decision AS d ON d.source_id = a.source_id AND d.approval_id = a.native_id
    GROUP BY a.source_id, a.native_id, a.quorum
), counted AS (
    SELECT v.variant, c.*, row_number() OVER (PARTITION BY v.variant, c.source_id, c.approval_id
                                              ORDER BY c.approved_at NULLS LAST, c.group_key) AS nth
    FROM w_counted AS c
    CROSS JOIN (VALUES ('any'), ('clean')) AS v (variant)
    WHERE v.variant = 'any' OR NOT coalesce(c.is_self, FALSE)
), completing AS (
    SELECT c.*, row_number() OVER (PARTITION BY c.variant, c.source_id, c.approval_id
                                   ORDER BY c.approved_at NULLS LAST, c.forced DESC, c.group_key) AS pick
    FROM counted AS c
    INNER JOIN need AS n ON n.source_id = c.source_id AND n.approval_id = c.approval_id
    WHERE c.forced OR c.nth >= n.needed
)
SELECT p.variant, p.source_id, p.approval_id, p.approved_at AS complete_at, p.forced, p.actor, p.actor_email,
       p.person_id,
       p.group_name, p.decision_locator,
       max(CASE WHEN c.actor_kind <> 'person' THEN 1 ELSE 0 END) = 1 AS automated,
       CASE WHEN max(CASE WHEN c.is_self THEN 1 ELSE 0 END) = 1 THEN TRUE
            WHEN max(CASE WHEN c.is_self IS NULL THEN 1 ELSE 0 END) = 1 THEN NULL ELSE FALSE END AS is_self,
       p.nth, count(*) AS decisions
FROM completing AS p
INNER JOIN counted AS c
    ON c.variant = p.variant AND c.source_id = p.source_id AND c.approval_id = p.approval_id
    AND CASE WHEN p.forced THEN c.group_key = p.group_key ELSE c.nth <= p.nth END
WHERE p.pick = 1
GROUP BY p.variant, p.source_id, p.approval_id, p.approved_at, p.forced, p.actor, p.actor_email, p.person_id,
p.group_name,
         p.decision_locator, p.nth;
