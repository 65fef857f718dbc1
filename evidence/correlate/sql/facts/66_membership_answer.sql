-- The verdict function at an instant. Only what is seen before and after, begun by an event, or carried by a proven
-- stream of that issuer is member or not_member; within the clock tolerance of an edge it is boundary; the rest says
-- what is missing. Where a rule of the directory decides who is in, two sights do not carry what lies between: only a
-- proven stream over all of it, in which changes of that group are logged at all.
CREATE OR REPLACE TABLE w_membership_answer AS
WITH question AS (
    SELECT DISTINCT q.gateway_group, q.person_id, q.approved_at AS instant FROM w_membership_ask AS q
    WHERE q.person_id IS NOT NULL AND q.gateway_group IS NOT NULL AND q.approved_at IS NOT NULL
), mapped AS (
    SELECT q.gateway_group, q.person_id, q.instant, g.issuer, lower(g.group_id) AS group_id, a.account_id, p.skew_us
    FROM question AS q
    INNER JOIN cfg_group_map AS g
        ON g.gateway_group = q.gateway_group AND g.valid_from <= q.instant AND g.valid_to > q.instant
    INNER JOIN w_account_person AS a ON a.person_id = q.person_id
    CROSS JOIN param AS p
), listing AS (
    SELECT m.*, max(l.seen) FILTER (WHERE l.seen <= m.instant) AS listed_before,
           min(l.seen) FILTER (WHERE l.seen > m.instant) AS listed_after
    FROM mapped AS m
    LEFT JOIN (SELECT DISTINCT x.issuer, x.group_id, x.seen FROM w_membership_listing AS x WHERE x.complete) AS l
        ON l.issuer = m.issuer AND l.group_id = m.group_id
    GROUP BY m.gateway_group, m.person_id, m.instant, m.issuer, m.group_id, m.account_id, m.skew_us
), known AS (
    SELECT l.*, s.state, s.from_basis, s.valid_from, s.evidence_from, s.evidence_to,
           abs(us_from_to(s.valid_from, l.instant)) <= l.skew_us AND s.from_basis = 'event'
           OR abs(us_from_to(s.valid_to, l.instant)) <= l.skew_us AND s.to_basis = 'event' AS at_edge,
           coalesce(s.rule_driven, FALSE) AS rule_driven, coalesce(s.has_changes, TRUE) AS has_changes,
           CASE WHEN s.state IS NULL THEN coalesce(l.listed_before, l.instant)
                WHEN s.rule_driven THEN least(s.evidence_from, l.instant)
                WHEN l.instant > s.evidence_to THEN s.evidence_to ELSE l.instant END AS need_from,
           CASE WHEN s.state IS NULL THEN coalesce(CASE WHEN l.listed_before IS NULL THEN l.listed_after END, l.instant)
                WHEN s.rule_driven THEN greatest(s.evidence_to, l.instant)
                WHEN l.instant < s.evidence_from THEN s.evidence_from ELSE l.instant END AS need_to
    FROM listing AS l
    LEFT JOIN w_membership AS s
        ON s.issuer = l.issuer AND s.group_id = l.group_id AND s.member_id = l.account_id
        AND s.valid_from <= l.instant AND s.valid_to > l.instant
), proof AS (
    SELECT v.source_id, v.from_time, v.to_time, c.issuer
    FROM w_proven AS v LEFT JOIN cfg_source AS c ON c.source_id = v.source_id
    WHERE v.stream = 'membership_event'
)
SELECT k.gateway_group, k.person_id, k.instant, k.at_edge, k.state, k.from_basis, k.valid_from, k.rule_driven,
       k.listed_before IS NOT NULL AS has_before, k.listed_after IS NOT NULL AS has_after,
       NOT k.rule_driven AND k.need_from = k.need_to OR k.has_changes AND count(w.source_id) > 0 AS proven
FROM known AS k
LEFT JOIN proof AS w
    ON (w.issuer IS NULL OR w.issuer = k.issuer) AND w.from_time <= k.need_from AND w.to_time >= k.need_to
GROUP BY k.gateway_group, k.person_id, k.instant, k.at_edge, k.state, k.from_basis, k.valid_from, k.listed_before,
         k.listed_after, k.need_from, k.need_to, k.rule_driven, k.has_changes;
