-- Group links: one of each of the three answers per group, unless nobody says member; native_id is the gateway's group,
-- the method who is asked about, the reason the answer.
INSERT INTO link
WITH answer AS (
    SELECT a.x_no, a.of_whom, a.gateway_group, k.link_kind,
           CASE k.link_kind WHEN 'group_claim' THEN a.claim WHEN 'group_grant' THEN a.granted
                            ELSE a.directory END AS verdict,
           CASE k.link_kind WHEN 'group_claim' THEN a.claim_locator WHEN 'group_grant' THEN a.list_locator
                            END AS locator
    FROM w_group_answer AS a
    CROSS JOIN (VALUES ('group_claim'), ('group_directory'), ('group_grant')) AS k (link_kind)
    WHERE NOT (a.claim IN ('not_member', 'not_recorded') AND a.granted IN ('not_member', 'not_recorded')
               AND a.directory = 'not_member')
), ranked AS (
    SELECT a.*, row_number() OVER (PARTITION BY a.x_no, a.link_kind
                                   ORDER BY a.of_whom DESC, a.gateway_group, a.locator) AS nth,
           count(*) OVER (PARTITION BY a.x_no, a.link_kind) AS groups
    FROM answer AS a
)
SELECT x.interaction_id, r.link_kind, r.nth - 1, r.verdict = 'member', r.of_whom,
       CASE WHEN r.verdict = 'not_recorded' THEN 'none' WHEN r.link_kind = 'group_claim' THEN 'asserted'
            WHEN r.verdict IN ('member', 'not_member') THEN 'high' ELSE 'low' END,
       x.source_id, r.gateway_group, CASE WHEN r.verdict <> 'not_recorded' THEN r.locator END, NULL, r.groups, r.verdict
FROM ranked AS r INNER JOIN w_x AS x ON x.x_no = r.x_no;
