-- Risk is policy as data: every rule of the configuration that fits counts, the highest holds, and its name is the
-- basis. Where none fits: what the gateway said; else low, if the policy has rules on anything but the gateway's
-- word; else unknown.
CREATE OR REPLACE TABLE w_risk AS
WITH prompt AS (
    SELECT DISTINCT f.source_id, f.exchange_ref, f.entity_class
    FROM finding AS f
    INNER JOIN w_x AS x ON x.source_id = f.source_id AND x.native_id = f.exchange_ref
    WHERE f.field = 'prompt' AND coalesce(f.flag, 'partial') = 'partial'
), feature AS (
    SELECT x.x_no, 'gateway_risk' AS field, x.gateway_risk AS said FROM w_x AS x
    UNION ALL SELECT x.x_no, 'connection', x.connection FROM w_x AS x
    UNION ALL SELECT x.x_no, 'model', x.model FROM w_x AS x
    UNION ALL SELECT x.x_no, 'route', x.route FROM w_x AS x
    UNION ALL
    SELECT x.x_no, 'prompt_class', p.entity_class
    FROM w_x AS x INNER JOIN prompt AS p ON p.source_id = x.source_id AND p.exchange_ref = x.native_id
    UNION ALL
    SELECT x.x_no, 'person_group', m.group_id
    FROM w_x AS x
    INNER JOIN w_identity AS i ON i.x_no = x.x_no
    INNER JOIN w_account_person AS a ON a.person_no = i.person_no
    INNER JOIN w_membership AS m
        ON m.member_id = a.account_id AND m.state = 'in' AND m.valid_from <= x.event_time AND m.valid_to > x.event_time
    WHERE EXISTS (SELECT 1 FROM cfg_risk AS c WHERE c.field = 'person_group')
), fit AS (
    SELECT f.x_no, c.rule, c.risk, row_number() OVER (
        PARTITION BY f.x_no
        ORDER BY CASE c.risk WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END, c.rank, c.rule) AS nth
    FROM feature AS f
    INNER JOIN cfg_risk AS c ON c.field = f.field AND lower(f.said) LIKE lower(c.pattern)
)
SELECT x.x_no,
       coalesce(f.risk, CASE WHEN x.gateway_risk IN ('low', 'medium', 'high') THEN x.gateway_risk
                             WHEN r.others > 0 THEN 'low' ELSE 'unknown' END) AS risk_level,
       coalesce(f.rule, CASE WHEN x.gateway_risk IN ('low', 'medium', 'high') THEN 'gateway'
                             WHEN r.others > 0 THEN 'no_rule_fits' WHEN r.rules > 0 THEN 'gateway_silent'
                             ELSE 'no_rule' END) AS risk_basis
FROM w_x AS x
CROSS JOIN (SELECT count(*) AS rules, count(*) FILTER (WHERE c.field <> 'gateway_risk') AS others
    FROM cfg_risk AS c) AS r
LEFT JOIN fit AS f ON f.x_no = x.x_no AND f.nth = 1;
