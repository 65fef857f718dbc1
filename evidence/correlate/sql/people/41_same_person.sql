-- Two nodes are one person where a declared row says that an alias of the one belongs to the other, and both sides are
-- unique at that time. The person is named by the smallest node of the component, accounts before declared anchors.
CREATE OR REPLACE TABLE w_node AS
WITH RECURSIVE alias_side AS (
    SELECT d.source_id, d.native_id, d.ordinal, min('oid:' || i.account_id) AS node
    FROM w_declared AS d
    INNER JOIN w_alias_interval AS i
        ON alias_class(i.alias_type) = alias_class(d.alias_type) AND i.alias = d.alias
        AND i.valid_from < d.valid_to AND i.valid_to > d.valid_from
    GROUP BY d.source_id, d.native_id, d.ordinal
    HAVING count(DISTINCT i.account_id) = 1
), edge AS (
    SELECT d.node AS a, s.node AS b
    FROM w_declared AS d
    INNER JOIN alias_side AS s ON s.source_id = d.source_id AND s.native_id = d.native_id AND s.ordinal = d.ordinal
    WHERE d.nodes = 1 AND d.node <> s.node
), both_ways AS (
    SELECT e.a, e.b FROM edge AS e UNION SELECT e.b, e.a FROM edge AS e
), node AS (
    SELECT a.node, '0' || a.person_key AS rank_key FROM w_account AS a
    UNION
    SELECT d.own_node, '1p:' || d.own_node FROM w_declared AS d WHERE d.stands_alone
), reached AS (
    SELECT n.node, n.rank_key FROM node AS n
    UNION
    SELECT b.b, r.rank_key FROM reached AS r INNER JOIN both_ways AS b ON b.a = r.node
)
SELECT r.node, substr(min(r.rank_key), 2) AS person_id
FROM reached AS r
GROUP BY r.node;
