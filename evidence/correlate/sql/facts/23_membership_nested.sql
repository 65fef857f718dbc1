-- A member of a group that is a member of a group: direct edges are followed upwards, the intervals intersected, at
-- most eight levels deep; UNION drops what was seen, so that a circle of groups ends.
CREATE OR REPLACE TABLE w_membership AS
WITH RECURSIVE climb AS (
    SELECT s.issuer, s.group_id, s.member_id, s.state, s.valid_from, s.valid_to, s.evidence_from, s.evidence_to,
           s.from_basis, s.to_basis, s.rule_driven, s.has_changes, 1 AS depth
    FROM w_membership_state AS s WHERE s.member_kind <> 'group'
    UNION
    SELECT e.issuer, e.group_id, c.member_id,
           CASE WHEN 'conflict' IN (c.state, e.state) THEN 'conflict' ELSE 'in' END,
           greatest(c.valid_from, e.valid_from), least(c.valid_to, e.valid_to),
           greatest(c.evidence_from, e.evidence_from), least(c.evidence_to, e.evidence_to),
           CASE WHEN e.valid_from > c.valid_from THEN e.from_basis ELSE c.from_basis END,
           CASE WHEN e.valid_to < c.valid_to THEN e.to_basis ELSE c.to_basis END,
           c.rule_driven OR e.rule_driven, c.has_changes AND e.has_changes, c.depth + 1
    FROM climb AS c
    INNER JOIN w_membership_state AS e
        ON e.issuer = c.issuer AND e.member_kind = 'group' AND e.member_id = c.group_id
        AND e.valid_from < c.valid_to AND e.valid_to > c.valid_from
    WHERE c.state <> 'out' AND e.state <> 'out' AND c.depth < 8
)
SELECT DISTINCT c.issuer, c.group_id, c.member_id, c.state, c.valid_from, c.valid_to, c.evidence_from, c.evidence_to,
       c.from_basis, c.to_basis, c.rule_driven, c.has_changes
FROM climb AS c
WHERE c.valid_from < c.valid_to;
