-- Declared rows (a hand-kept list), and rows in which a vendor says that two of its own names are one (basis event): to
-- which node each one's anchor leads, at the time for which it is said. First the accounts that bear the anchor, then
-- one hop through another such row. A declared anchor that leads nowhere is a person of its own; what a vendor says
-- alone is none.
CREATE OR REPLACE TABLE w_declared AS
WITH said AS (
    SELECT a.source_id, a.native_id, a.ordinal, a.alias_type, a.issuer, a.alias, a.anchor_type, a.anchor,
           a.display_name, a.person_kind, a.basis,
           CASE WHEN a.anchor_type = 'upn' THEN 'email' ELSE a.anchor_type END || ':' || a.anchor AS own_node,
           coalesce(a.valid_from, open_from()) AS valid_from, coalesce(a.valid_to, open_to()) AS valid_to
    FROM identity_alias AS a
    WHERE a.alias_type <> 'phone' AND (a.basis = 'declared' OR (a.basis = 'event' AND a.anchor_type <> 'oid'))
), direct AS (
    SELECT DISTINCT d.source_id, d.native_id, d.ordinal, 'oid:' || i.account_id AS node
    FROM said AS d
    INNER JOIN w_alias_interval AS i
        ON alias_class(i.alias_type) = alias_class(d.anchor_type) AND i.alias = d.anchor
        AND i.valid_from < d.valid_to AND i.valid_to > d.valid_from
), leads AS (
    SELECT o.alias_type, o.alias, o.valid_from, o.valid_to,
           coalesce(k.node, CASE WHEN o.basis = 'declared' THEN o.own_node END) AS node
    FROM said AS o
    LEFT JOIN direct AS k ON k.source_id = o.source_id AND k.native_id = o.native_id AND k.ordinal = o.ordinal
), hop AS (
    SELECT DISTINCT d.source_id, d.native_id, d.ordinal, o.node
    FROM said AS d
    INNER JOIN leads AS o
        ON alias_class(o.alias_type) = alias_class(d.anchor_type) AND o.alias = d.anchor
        AND o.valid_from < d.valid_to AND o.valid_to > d.valid_from
    ANTI JOIN direct AS k ON k.source_id = d.source_id AND k.native_id = d.native_id AND k.ordinal = d.ordinal
    WHERE o.node IS NOT NULL
), found AS (
    SELECT * FROM direct UNION ALL SELECT * FROM hop
)
SELECT s.*, coalesce(f.node, s.own_node) AS node, f.node IS NULL AS stands_alone,
       count(*) OVER (PARTITION BY s.source_id, s.native_id, s.ordinal) AS nodes
FROM said AS s
LEFT JOIN found AS f ON f.source_id = s.source_id AND f.native_id = s.native_id AND f.ordinal = s.ordinal
WHERE s.basis = 'declared' OR f.node IS NOT NULL;
