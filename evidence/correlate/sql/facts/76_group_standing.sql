-- What the directory says of a person and a mapped group, as intervals: by the rules of the verdict on approvers. In
-- [sure_from, sure_to) the state is seen on both sides, begun by an event, or carried by a proven stream. Who was in no
-- list and no event of a group is no member as long as complete lists of it, or such a stream, reach.
CREATE OR REPLACE TABLE w_group_standing AS
WITH proof AS (
    SELECT v.from_time, v.to_time, c.issuer
    FROM w_proven AS v LEFT JOIN cfg_source AS c ON c.source_id = v.source_id
    WHERE v.stream = 'membership_event'
), held AS (
    SELECT g.gateway_group, a.person_no, m.*, g.valid_from AS map_from, g.valid_to AS map_to
    FROM cfg_group_map AS g
    INNER JOIN w_membership AS m ON m.issuer = g.issuer AND m.group_id = lower(g.group_id)
    INNER JOIN w_account_person AS a ON a.account_id = m.member_id
)
SELECT h.gateway_group, h.person_no, h.state, h.from_basis, h.to_basis, h.valid_from AS edge_from,
       h.valid_to AS edge_to,
       greatest(h.valid_from, h.map_from) AS valid_from, least(h.valid_to, h.map_to) AS valid_to,
       CASE WHEN h.from_basis = 'event' THEN h.valid_from
            WHEN h.rule_driven THEN min(p.from_time) FILTER (WHERE h.has_changes AND p.from_time <= h.evidence_from
                AND p.to_time >= h.evidence_to)
            ELSE least(h.evidence_from, min(p.from_time) FILTER (WHERE p.to_time >= h.evidence_from)) END AS sure_from,
       CASE WHEN h.from_basis = 'event' THEN h.valid_to
            WHEN h.rule_driven THEN max(p.to_time) FILTER (WHERE h.has_changes AND p.from_time <= h.evidence_from
                AND p.to_time >= h.evidence_to)
            ELSE greatest(h.evidence_to, max(p.to_time) FILTER (WHERE p.from_time <= h.evidence_to)) END AS sure_to
FROM held AS h
LEFT JOIN proof AS p
    ON (p.issuer IS NULL OR p.issuer = h.issuer)
    AND (p.from_time <= h.evidence_from AND p.to_time >= h.evidence_from
         OR p.from_time <= h.evidence_to AND p.to_time >= h.evidence_to)
GROUP BY h.gateway_group, h.person_no, h.state, h.from_basis, h.to_basis, h.valid_from, h.valid_to, h.map_from,
         h.map_to, h.evidence_from, h.evidence_to, h.rule_driven, h.has_changes;
CREATE OR REPLACE TABLE w_group_known AS
WITH listed AS (
    SELECT g.gateway_group, l.issuer, min(l.seen) AS first_seen, max(l.seen) AS last_seen
    FROM cfg_group_map AS g
    INNER JOIN w_membership_listing AS l ON l.issuer = g.issuer AND l.group_id = lower(g.group_id) AND l.complete
    GROUP BY g.gateway_group, l.issuer
)
SELECT l.gateway_group, least(l.first_seen, min(v.from_time) FILTER (WHERE v.to_time >= l.first_seen
           AND v.from_time <= l.first_seen)) AS known_from,
       greatest(l.last_seen, max(v.to_time) FILTER (WHERE v.from_time <= l.last_seen
           AND v.to_time >= l.last_seen)) AS known_to
FROM listed AS l
LEFT JOIN w_proven AS v ON v.stream = 'membership_event'
GROUP BY l.gateway_group, l.issuer, l.first_seen, l.last_seen;
