-- Rules of the gateway that let a group pass without approval, with the people whom the directory had in that group
-- then.
CREATE OR REPLACE TABLE w_skip_rule AS
WITH rule AS (
    SELECT DISTINCT p.source_id, p.connection, ',' || p.groups_skip || ',' AS groups_skip
    FROM policy_snapshot AS p
    WHERE p.object_type = 'access_rule' AND p.groups_skip IS NOT NULL AND p.groups_skip <> ''
), mapped AS (
    SELECT r.source_id, r.connection, g.issuer, lower(g.group_id) AS group_id, g.valid_from, g.valid_to
    FROM rule AS r
    INNER JOIN cfg_group_map AS g ON contains(r.groups_skip, ',' || g.gateway_group || ',')
)
SELECT DISTINCT m.source_id, m.connection, a.person_no, greatest(m.valid_from, w.valid_from) AS valid_from,
       least(m.valid_to, w.valid_to) AS valid_to
FROM mapped AS m
INNER JOIN w_membership AS w ON w.issuer = m.issuer AND w.group_id = m.group_id AND w.state = 'in'
INNER JOIN w_account_person AS a ON a.account_id = w.member_id;
