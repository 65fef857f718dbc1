-- The lookup of all joins: alias -> person and account, with the interval. Where two persons bear one alias at the same
-- time, creation and deletion of their accounts bound it: a leaver's address that a new hire got is split by date.
CREATE OR REPLACE TABLE w_alias AS
WITH named AS (
    SELECT i.alias_type, i.issuer, i.alias, n.person_id, i.account_id, i.valid_from, i.valid_to, i.basis,
           a.created_at, a.deleted_at
    FROM w_alias_interval AS i
    INNER JOIN w_account AS a ON a.account_id = i.account_id
    INNER JOIN w_node AS n ON n.node = a.node
    UNION ALL
    SELECT d.alias_type, d.issuer, d.alias, n.person_id, a.account_id, d.valid_from, d.valid_to, d.basis, NULL, NULL
    FROM w_declared AS d
    INNER JOIN w_node AS n ON n.node = d.node
    LEFT JOIN w_account AS a ON a.node = d.node
    UNION ALL
    SELECT DISTINCT d.anchor_type, '', d.anchor, n.person_id, a.account_id, d.valid_from, d.valid_to, d.basis,
           CAST(NULL AS TIMESTAMP), CAST(NULL AS TIMESTAMP)
    FROM w_declared AS d
    INNER JOIN w_node AS n ON n.node = d.node
    LEFT JOIN w_account AS a ON a.node = d.node
), counted AS (
    SELECT n.*, min(n.person_id) OVER w <> max(n.person_id) OVER w AS shared
    FROM named AS n
    WINDOW w AS (PARTITION BY alias_class(n.alias_type), n.alias)
), bounded AS (
    SELECT alias_class(c.alias_type) AS alias_class, c.alias_type, c.issuer, c.alias, c.person_id, c.account_id,
           c.basis, c.shared,
           CASE WHEN c.shared THEN greatest(c.valid_from, coalesce(c.created_at, c.valid_from))
                ELSE c.valid_from END AS valid_from,
           CASE WHEN c.shared THEN least(c.valid_to, coalesce(c.deleted_at, c.valid_to)) ELSE c.valid_to END AS valid_to
    FROM counted AS c
)
SELECT b.*, n.person_no
FROM bounded AS b INNER JOIN w_person AS n ON n.person_id = b.person_id
WHERE b.valid_from < b.valid_to;
