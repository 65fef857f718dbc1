-- In which groups that a masking rule names the caller was at that instant. A member is whom an event, two sights or a
-- gapless stream show there; at an edge, in a conflict, by a snapshot alone, or in a group that a rule fills it is
-- doubtful. Over the accounts of a person the most favourable answer counts. Callers who are nobody known are in no
-- group.
INSERT INTO w_caller_group
WITH wanted AS (
    SELECT DISTINCT lower(c.directory_group) AS group_id FROM cfg_masking AS c WHERE c.directory_group IS NOT NULL
), held AS (
    SELECT x.interaction_id, x.event_time, m.group_id, m.state, m.from_basis, m.rule_driven,
           abs(us_from_to(m.valid_from, x.event_time)) <= x.skew_us AND m.from_basis = 'event'
           OR abs(us_from_to(m.valid_to, x.event_time)) <= x.skew_us AND m.to_basis = 'event' AS at_edge,
           least(x.event_time, m.evidence_to) AS need_from, greatest(x.event_time, m.evidence_from) AS need_to
    FROM w_x AS x
    INNER JOIN w_identity AS i ON i.x_no = x.x_no AND i.identity_state = 'resolved'
    INNER JOIN w_account_person AS a ON a.person_id = i.person_id
    INNER JOIN w_membership AS m
        ON m.member_id = a.account_id AND m.valid_from <= x.event_time AND m.valid_to > x.event_time
    INNER JOIN wanted AS w ON w.group_id = m.group_id
    WHERE m.state <> 'out'
), answer AS (
    SELECT h.interaction_id, h.group_id, h.state, h.from_basis, h.at_edge,
           NOT h.rule_driven AND (h.need_from = h.need_to OR count(p.source_id) > 0) AS proven
    FROM held AS h
    LEFT JOIN w_proven AS p ON p.stream = 'membership_event' AND p.from_time <= h.need_from AND p.to_time >= h.need_to
    GROUP BY h.interaction_id, h.group_id, h.state, h.from_basis, h.at_edge, h.need_from, h.need_to, h.rule_driven
)
SELECT a.interaction_id, a.group_id,
       min(CASE WHEN a.state = 'in' AND NOT a.at_edge AND (a.from_basis = 'event' OR a.proven) THEN 'certain'
                ELSE 'doubtful' END) AS standing
FROM answer AS a
GROUP BY a.interaction_id, a.group_id;
