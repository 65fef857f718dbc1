-- The question of the group, answered three times and never merged: by the claim (groups in the record of the request),
-- by the directory then, by the gateway's own list then. Asked of callers where the request or a list says something at
-- all, and of approvers.
CREATE OR REPLACE TABLE w_group_answer AS
WITH asked AS (
    SELECT x.x_no, x.event_time, x.skew_us, x.claimed_groups, x.locator, i.person_no, m.gateway_group,
           min(l.verdict_rank) AS grant_rank, min(l.locator) AS list_locator
    FROM w_x AS x
    INNER JOIN w_identity AS i ON i.x_no = x.x_no AND i.identity_state = 'resolved'
    INNER JOIN cfg_group_map AS m ON m.valid_from <= x.event_time AND m.valid_to > x.event_time
    LEFT JOIN w_listed_gateway AS g ON g.source_id = x.source_id
    LEFT JOIN w_group_list AS l
        ON l.source_id = g.list_source AND l.person_no = i.person_no AND l.gateway_group = m.gateway_group
        AND l.valid_from <= x.event_time AND l.valid_to > x.event_time
    WHERE x.claimed_groups IS NOT NULL OR l.person_no IS NOT NULL
    GROUP BY x.x_no, x.event_time, x.skew_us, x.claimed_groups, x.locator, i.person_no, m.gateway_group
), directory AS (
    SELECT q.x_no, q.gateway_group,
           min(CASE WHEN s.state = 'conflict' THEN 4
                    WHEN s.from_basis = 'event' AND abs(us_from_to(s.edge_from, q.event_time)) <= q.skew_us
                         OR s.to_basis = 'event' AND abs(us_from_to(s.edge_to, q.event_time)) <= q.skew_us THEN 2
                    WHEN s.sure_from <= q.event_time AND s.sure_to >= q.event_time
                    THEN CASE WHEN s.state = 'in' THEN 1 ELSE 6 END
                    WHEN s.state = 'in' THEN 3 WHEN s.state = 'out' THEN 5
                    WHEN k.known_from <= q.event_time AND k.known_to >= q.event_time THEN 6
                    ELSE 5 END) AS verdict_rank
    FROM asked AS q
    LEFT JOIN w_group_standing AS s
        ON s.person_no = q.person_no AND s.gateway_group = q.gateway_group
        AND s.valid_from <= q.event_time AND s.valid_to > q.event_time
    LEFT JOIN w_group_known AS k ON k.gateway_group = q.gateway_group
    GROUP BY q.x_no, q.gateway_group
)
SELECT q.x_no, 'requester' AS of_whom, q.gateway_group, group_word(d.verdict_rank) AS directory,
       CASE WHEN q.claimed_groups IS NULL THEN 'not_recorded'
            WHEN contains(',' || q.claimed_groups || ',', ',' || q.gateway_group || ',') THEN 'member'
            ELSE 'not_member' END AS claim,
       coalesce(group_word(q.grant_rank), 'not_recorded') AS granted, q.locator AS claim_locator, q.list_locator
FROM asked AS q INNER JOIN directory AS d ON d.x_no = q.x_no AND d.gateway_group = q.gateway_group
UNION ALL
SELECT v.x_no, 'approver', a.gateway_group, a.directory, a.claim, a.granted, a.decision_locator, a.list_locator
FROM w_approval_verdict AS v
INNER JOIN w_required AS r ON r.x_no = v.x_no
INNER JOIN w_approval AS c ON c.approval_no = v.approval_no
INNER JOIN w_approver_group AS a
    ON a.source_id = c.source_id AND a.approval_id = c.native_id AND a.risk = r.risk_level;
