-- One row per person: the account or declared anchor that names him, and the best name and kind among his nodes.
INSERT INTO person
WITH part AS (
    SELECT n.person_id, a.display_name, a.person_kind, 'oid' AS anchor_type, a.account_id AS anchor, a.basis,
           'p:' || a.issuer || '/' || a.account_id AS own_id
    FROM w_node AS n INNER JOIN w_account AS a ON a.node = n.node
    UNION ALL
    SELECT n.person_id, d.display_name, d.person_kind, d.anchor_type, d.anchor, 'declared', 'p:' || d.own_node
    FROM w_node AS n INNER JOIN w_declared AS d ON d.own_node = n.node AND d.stands_alone
    UNION ALL
    SELECT n.person_id, d.display_name, d.person_kind, d.anchor_type, d.anchor, d.basis, ''
    FROM w_node AS n INNER JOIN w_declared AS d ON d.node = n.node AND NOT d.stands_alone
), ranked AS (
    SELECT p.*, row_number() OVER (
               PARTITION BY p.person_id
               ORDER BY p.own_id <> p.person_id, p.display_name IS NULL, p.display_name, p.person_kind = 'unknown',
                        p.person_kind, p.anchor_type, p.anchor) AS nth,
           max(p.display_name) FILTER (WHERE p.own_id <> p.person_id) OVER (PARTITION BY p.person_id) AS other_name,
           min(p.person_kind) FILTER (WHERE p.person_kind <> 'unknown') OVER (PARTITION BY p.person_id) AS known_kind
    FROM part AS p
)
SELECT r.person_id, coalesce(r.display_name, r.other_name) AS display_name,
       CASE WHEN r.person_kind = 'unknown' THEN coalesce(r.known_kind, 'unknown') ELSE r.person_kind END AS person_kind,
       r.anchor_type, r.anchor, r.basis
FROM ranked AS r
WHERE r.nth = 1;
