-- Declared rows (a hand-kept list): to which node each one's anchor leads, at the time for which it is declared.
-- First the accounts that bear the anchor, then one hop through another declared row, else the anchor is a person of
-- its own.
CREATE OR REPLACE TABLE w_declared AS
WITH said AS (
    SELECT a.source_id, a.native_id, a.ordinal, a.alias_type, a.issuer, a.alias, a.anchor_type, a.anchor,
           a.display_name, a.person_kind,
           CASE WHEN a.anchor_type = 'upn' THEN 'email' ELSE a.anchor_type END || ':' || a.anchor AS own_node,
           coalesce(a.valid_from, open_from()) AS valid_from, coalesce(a.valid_to, open_to()) AS valid_to
    FROM identity_alias AS a WHERE a.basis = 'declared' AND a.alias_type <> 'phone'
), direct AS (
    SELECT DISTINCT d.source_id, d.native_id, d.ordinal, 'oid:' || i.account_id AS node
    FROM said AS d
    INNER JOIN w_alias_interval AS i
        ON alias_class(i.alias_type) = alias_class(d.anchor_type) AND i.alias = d.anchor
        AND i.valid_from < d.valid_to AND i.valid_to > d.valid_from
), hop AS (
    SELECT DISTINCT d.source_id, d.native_id, d.ordinal, 'oid:' || lower(o.anchor) AS node
    FROM said AS d
    INNER JOIN said AS o
        ON alias_class(o.alias_type) = alias_class(d.anchor_type) AND o.alias = d.anchor AND o.anchor_type = 'oid'
        AND o.valid_from < d.valid_to AND o.valid_to > d.valid_from
    ANTI JOIN direct AS k ON k.source_id = d.source_id AND k.native_id = d.native_id AND k.ordinal = d.ordinal
), found AS (
    SELECT * FROM direct UNION ALL SELECT * FROM hop
)
SELECT s.*, coalesce(f.node, s.own_node) AS node, f.node IS NULL AS stands_alone,
       count(*) OVER (PARTITION BY s.source_id, s.native_id, s.ordinal) AS nodes
FROM said AS s
LEFT JOIN found AS f ON f.source_id = s.source_id AND f.native_id = s.native_id AND f.ordinal = s.ordinal;
