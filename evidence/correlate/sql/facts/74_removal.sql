-- When a person was removed from a group that means something at the gateway (the mapping of groups or the risk policy
-- names it), by an event and with no other way into that group, and when he was back. A token issued before still
-- carries the group until it expires.
CREATE OR REPLACE TABLE w_removal AS
WITH meant AS (
    SELECT lower(g.group_id) AS group_id FROM cfg_group_map AS g
    UNION
    SELECT lower(r.pattern) FROM cfg_risk AS r WHERE r.field = 'person_group'
), held AS (
    SELECT DISTINCT a.person_no, m.issuer, m.group_id, m.valid_from, m.valid_to, m.to_basis
    FROM w_membership AS m
    INNER JOIN meant AS g ON g.group_id = m.group_id
    INNER JOIN w_account_person AS a ON a.account_id = m.member_id
    WHERE m.state <> 'out'
), ended AS (
    SELECT DISTINCT h.person_no, h.issuer, h.group_id, h.valid_to AS removed_at
    FROM held AS h
    ANTI JOIN held AS o
        ON o.person_no = h.person_no AND o.issuer = h.issuer AND o.group_id = h.group_id
        AND o.valid_from <= h.valid_to AND o.valid_to > h.valid_to
    WHERE h.to_basis = 'event'
)
SELECT e.person_no, e.group_id, e.removed_at, coalesce(min(b.valid_from), open_to()) AS back_at
FROM ended AS e
LEFT JOIN held AS b
    ON b.person_no = e.person_no AND b.issuer = e.issuer AND b.group_id = e.group_id AND b.valid_from > e.removed_at
GROUP BY e.person_no, e.group_id, e.removed_at;
