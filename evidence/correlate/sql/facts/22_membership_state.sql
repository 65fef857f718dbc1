-- Segments of one state side by side become one interval (half-open). evidence_from and evidence_to are its first and
-- last sight: outside of them the state rests on the claim that nothing happened, which only a proven stream can
-- carry.
CREATE OR REPLACE TABLE w_membership_state AS
WITH island AS (
    SELECT s.issuer, s.group_id, s.member_id, s.member_kind, s.state, s.island,
           min(s.from_time) AS valid_from, max(s.to_time) AS valid_to,
           min(CASE WHEN s.from_what IS NOT NULL THEN s.from_time ELSE s.to_time END) AS evidence_from,
           max(CASE WHEN s.to_what IS NOT NULL THEN s.to_time ELSE s.from_time END) AS evidence_to
    FROM w_membership_segment AS s
    GROUP BY s.issuer, s.group_id, s.member_id, s.member_kind, s.state, s.island
)
SELECT i.issuer, i.group_id, i.member_id, i.member_kind, i.state, i.valid_from, i.valid_to, i.evidence_from,
       i.evidence_to,
       CASE WHEN f.from_what IN ('add', 'remove') THEN 'event'
            WHEN f.from_what IS NULL AND f.to_what = 'remove' THEN 'before_coverage' ELSE 'snapshot_only'
                END AS from_basis,
       CASE WHEN t.to_what IN ('add', 'remove') THEN 'event' WHEN t.to_what IS NULL THEN 'open'
            ELSE 'snapshot_absent' END AS to_basis,
       i.state = 'in' AND r.group_id IS NOT NULL AS rule_driven, coalesce(r.has_changes, TRUE) AS has_changes
FROM island AS i
INNER JOIN w_membership_segment AS f
    ON f.issuer = i.issuer AND f.group_id = i.group_id AND f.member_id = i.member_id AND f.island = i.island
    AND f.from_time = i.valid_from
INNER JOIN w_membership_segment AS t
    ON t.issuer = i.issuer AND t.group_id = i.group_id AND t.member_id = i.member_id AND t.island = i.island
    AND t.to_time = i.valid_to
LEFT JOIN w_rule_group AS r ON r.issuer = i.issuer AND r.group_id = i.group_id;
INSERT INTO membership_interval
SELECT s.issuer, s.group_id, s.member_id, s.valid_from, s.valid_to, s.from_basis, s.to_basis, s.state = 'conflict',
       s.rule_driven
FROM w_membership_state AS s
WHERE s.state IN ('in', 'conflict');
