-- Over the accounts of a person the most favourable answer counts; over the decisions of a quorum the least favourable.
-- Marked where it rests on a snapshot of a group whose members a rule decides.
-- A gateway group that no mapping ties to the directory, or an approver who is nobody known, is unknown_no_coverage.
CREATE OR REPLACE TABLE w_membership_verdict AS
WITH answer AS (
    SELECT a.gateway_group, a.person_id, a.instant, a.rule_driven,
           CASE WHEN a.state = 'conflict' THEN 4
                WHEN a.at_edge THEN 2
                WHEN a.state = 'in' AND (a.from_basis = 'event' OR a.proven) THEN 1
                WHEN a.state = 'in' THEN 3
                WHEN a.state = 'out' AND (a.from_basis = 'event' OR a.proven) THEN 6
                WHEN a.state IS NULL AND (a.has_before AND a.has_after OR (a.has_before OR a.has_after) AND a.proven)
                    THEN 6
                ELSE 5 END AS verdict_rank
    FROM w_membership_answer AS a
), person AS (
    SELECT a.gateway_group, a.person_id, a.instant, min(a.verdict_rank) AS verdict_rank,
           max(CASE WHEN a.rule_driven THEN 1 ELSE 0 END) AS by_rule
    FROM answer AS a GROUP BY a.gateway_group, a.person_id, a.instant
), decision AS (
    SELECT q.source_id, q.approval_id, q.group_key, q.risk,
           min(CASE WHEN q.gateway_group IS NULL THEN 0 ELSE coalesce(p.verdict_rank, 5) END) AS verdict_rank,
           max(p.by_rule) AS by_rule
    FROM w_membership_ask AS q
    LEFT JOIN person AS p
        ON p.gateway_group = q.gateway_group AND p.person_id = q.person_id AND p.instant = q.approved_at
    GROUP BY q.source_id, q.approval_id, q.group_key, q.risk
)
SELECT d.source_id, d.approval_id, d.group_key, d.risk, d.verdict_rank,
       d.verdict_rank = 3 AND d.by_rule = 1 AS dynamic_group,
       coalesce(group_word(d.verdict_rank), 'not_applicable') AS verdict
FROM decision AS d;
