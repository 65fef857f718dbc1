-- What the gateway's own list of accounts says of the groups that are mapped: each account is listed with all its
-- groups, so that between two listings that agree the answer is known, and between two that do not it is a conflict.
-- Before the first and after the last, membership rests on one listing alone, and absence on nothing. An account whose
-- address meant several persons over time is nobody's.
CREATE OR REPLACE TABLE w_group_list AS
WITH sight AS (
    SELECT i.source_id, lower(i.alias) AS member_id, coalesce(i.event_time, i.observed_at, p.reference_time) AS seen,
           min(i.locator) AS locator
    FROM identity_alias AS i CROSS JOIN param AS p
    WHERE i.alias_type = 'gateway_user' AND i.basis = 'snapshot'
    GROUP BY i.source_id, lower(i.alias), coalesce(i.event_time, i.observed_at, p.reference_time)
), stated AS (
    SELECT DISTINCT m.source_id, lower(m.member_id) AS member_id, m.group_name,
           coalesce(m.event_time, m.observed_at, p.reference_time) AS seen
    FROM membership_snapshot AS m CROSS JOIN param AS p
    WHERE m.source_id IN (SELECT s.source_id FROM sight AS s)
), holder AS (
    SELECT i.source_id, lower(i.alias) AS member_id, min(a.person_id) AS person_id, min(a.person_no) AS person_no
    FROM identity_alias AS i
    INNER JOIN w_alias AS a
        ON a.alias_class = alias_class(i.anchor_type) AND a.alias = i.anchor
        AND a.valid_from <= coalesce(i.event_time, i.observed_at, a.valid_from)
        AND a.valid_to > coalesce(i.event_time, i.observed_at, a.valid_from)
    WHERE i.alias_type = 'gateway_user'
    GROUP BY i.source_id, lower(i.alias)
    HAVING count(DISTINCT a.person_no) = 1
), answer AS (
    SELECT s.source_id, s.member_id, s.seen, s.locator, g.gateway_group, t.member_id IS NOT NULL AS inside
    FROM sight AS s
    CROSS JOIN (SELECT DISTINCT c.gateway_group FROM cfg_group_map AS c) AS g
    LEFT JOIN stated AS t
        ON t.source_id = s.source_id AND t.member_id = s.member_id AND t.seen = s.seen
        AND t.group_name = g.gateway_group
), ordered AS (
    SELECT a.*, lead(a.seen) OVER w AS next_seen, lead(a.inside) OVER w AS next_inside, row_number() OVER w AS nth
    FROM answer AS a WINDOW w AS (PARTITION BY a.source_id, a.member_id, a.gateway_group ORDER BY a.seen)
), span AS (
    SELECT o.*, open_from() AS valid_from, o.seen AS valid_to,
           CASE WHEN o.inside THEN 3 ELSE 5 END AS verdict_rank
    FROM ordered AS o WHERE o.nth = 1
    UNION ALL
    SELECT o.*, o.seen, coalesce(o.next_seen, open_to()),
           CASE WHEN o.next_seen IS NULL THEN CASE WHEN o.inside THEN 3 ELSE 5 END
                WHEN o.inside <> o.next_inside THEN 4 WHEN o.inside THEN 1 ELSE 6 END
    FROM ordered AS o
)
SELECT DISTINCT s.source_id, c.issuer, a.person_id, a.person_no, s.gateway_group, s.valid_from, s.valid_to,
       s.verdict_rank, s.locator
FROM span AS s
INNER JOIN holder AS a ON a.source_id = s.source_id AND a.member_id = s.member_id
LEFT JOIN cfg_source AS c ON c.source_id = s.source_id;
CREATE OR REPLACE TABLE w_listed_gateway AS
SELECT g.source_id, l.source_id AS list_source
FROM (SELECT s.source_id, count(*) OVER () AS gateways FROM w_stream AS s WHERE s.stream = 'exchange') AS g
INNER JOIN cfg_source AS c ON c.source_id = g.source_id
INNER JOIN (SELECT DISTINCT w.source_id, w.issuer FROM w_group_list AS w) AS l
    ON g.gateways = 1 OR l.issuer = c.issuer;
