-- The same question for those who decided at the gateway itself: the group it recorded, the directory's answer, and its
-- own list at that instant. Kept where the three can be held against each other.
CREATE OR REPLACE TABLE w_approver_group AS
WITH asked AS (
    SELECT q.source_id, q.approval_id, q.risk, q.gateway_group, c.decision_locator, v.verdict AS directory,
           CASE WHEN c.group_name = q.gateway_group THEN 'member' ELSE 'not_recorded' END AS claim,
           min(l.verdict_rank) AS grant_rank, min(l.locator) AS list_locator
    FROM w_membership_ask AS q
    INNER JOIN cfg_source AS s ON s.source_id = q.source_id AND s.role = 'gateway'
    INNER JOIN w_counted AS c
        ON c.source_id = q.source_id AND c.approval_id = q.approval_id AND c.group_key = q.group_key
    INNER JOIN w_membership_verdict AS v
        ON v.source_id = q.source_id AND v.approval_id = q.approval_id AND v.group_key = q.group_key AND v.risk = q.risk
    LEFT JOIN w_listed_gateway AS g ON g.source_id = q.source_id
    LEFT JOIN w_group_list AS l
        ON l.source_id = g.list_source AND l.person_id = q.person_id AND l.gateway_group = q.gateway_group
        AND l.valid_from <= q.approved_at AND l.valid_to > q.approved_at
    WHERE q.gateway_group IS NOT NULL
    GROUP BY q.source_id, q.approval_id, q.risk, q.gateway_group, c.decision_locator, v.verdict, c.group_name
)
SELECT a.source_id, a.approval_id, a.risk, a.gateway_group, max(a.claim) AS claim, max(a.directory) AS directory,
       max(coalesce(group_word(a.grant_rank), 'not_recorded')) AS granted, min(a.decision_locator) AS decision_locator,
       min(a.list_locator) AS list_locator
FROM asked AS a
WHERE a.grant_rank IS NOT NULL OR a.claim = 'member' AND a.directory = 'not_member'
GROUP BY a.source_id, a.approval_id, a.risk, a.gateway_group, a.decision_locator;
