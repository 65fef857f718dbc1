-- Approver links: every decision that counted for the approval chosen, the one that completed it first.
INSERT INTO link
WITH ranked AS (
    SELECT v.x_no, a.complete_at, c.*, row_number() OVER (
        PARTITION BY v.x_no
        ORDER BY c.decision_locator IS DISTINCT FROM a.decision_locator OR c.actor IS DISTINCT FROM a.approver_subject,
                 c.approved_at DESC NULLS LAST, c.group_key) AS nth,
                 count(*) OVER (PARTITION BY v.x_no) AS counted
    FROM w_approval_verdict AS v
    INNER JOIN w_approval AS a ON a.approval_no = v.approval_no
    INNER JOIN w_counted AS c ON c.source_id = a.source_id AND c.approval_id = a.native_id
)
SELECT x.interaction_id, 'approver', r.nth - 1, coalesce(r.approved_at <= r.complete_at, FALSE),
       CASE WHEN r.forced THEN 'forced' ELSE r.actor_kind END,
       CASE WHEN r.person_id IS NULL THEN 'none' ELSE 'high' END,
       r.source_id, coalesce(r.person_id, r.actor, r.actor_email), r.decision_locator,
       us_from_to(r.approved_at, x.event_time), r.counted,
       CASE WHEN r.is_self THEN 'self' WHEN r.is_self IS NULL THEN 'person_not_known' ELSE 'another_person' END
FROM ranked AS r
INNER JOIN w_x AS x ON x.x_no = r.x_no
WHERE r.nth <= 10;
