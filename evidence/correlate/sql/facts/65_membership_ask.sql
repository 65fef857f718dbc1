-- What must be known of the approvers: was the one who decided then in the directory group behind the gateway group
-- that may approve at that risk? Where the policy names groups these are asked for, the one he decided for before the
-- others.
CREATE OR REPLACE TABLE w_membership_ask AS
WITH risk AS (
    SELECT r.risk FROM (VALUES ('low'), ('medium'), ('high'), ('unknown')) AS r (risk)
), named AS (
    SELECT DISTINCT c.risk, c.approver_group FROM cfg_approval AS c WHERE c.approver_group IS NOT NULL
), asked AS (
    SELECT c.source_id, c.approval_id, c.group_key, r.risk, c.person_id, c.approved_at,
           coalesce(n.approver_group, c.group_name) AS gateway_group,
           row_number() OVER (PARTITION BY c.source_id, c.approval_id, c.group_key, r.risk
                              ORDER BY n.approver_group IS DISTINCT FROM c.group_name, n.approver_group) AS nth,
           max(CASE WHEN n.approver_group = c.group_name THEN 1 ELSE 0 END) OVER (
               PARTITION BY c.source_id, c.approval_id, c.group_key, r.risk) AS exact
    FROM w_counted AS c
    CROSS JOIN risk AS r
    LEFT JOIN named AS n ON n.risk = r.risk
)
SELECT a.source_id, a.approval_id, a.group_key, a.risk, a.person_id, a.approved_at, a.gateway_group
FROM asked AS a
WHERE a.exact = 0 OR a.nth = 1;
