-- The printed form: one row per alias, person and start, with a mark where another person has the alias at the same
-- time.
INSERT INTO person_alias
WITH one AS (
    SELECT a.alias_type, a.issuer, a.alias, a.person_id, a.valid_from, max(a.valid_to) AS valid_to,
           min(a.basis) AS basis, max(CASE WHEN a.shared THEN 1 ELSE 0 END) AS shared
    FROM w_alias AS a
    GROUP BY a.alias_type, a.issuer, a.alias, a.person_id, a.valid_from
), clash AS (
    SELECT DISTINCT o.alias_type, o.issuer, o.alias, o.person_id, o.valid_from
    FROM one AS o
    INNER JOIN one AS x
        ON alias_class(x.alias_type) = alias_class(o.alias_type) AND x.alias = o.alias
        AND x.person_id <> o.person_id AND x.valid_from < o.valid_to AND x.valid_to > o.valid_from
    WHERE o.shared = 1 AND x.shared = 1
)
SELECT o.alias_type, o.issuer, o.alias, o.person_id, o.valid_from, o.valid_to, o.basis, c.alias IS NOT NULL AS ambiguous
FROM one AS o
LEFT JOIN clash AS c
    ON c.alias_type = o.alias_type AND c.issuer = o.issuer AND c.alias = o.alias
    AND c.person_id = o.person_id AND c.valid_from = o.valid_from;
