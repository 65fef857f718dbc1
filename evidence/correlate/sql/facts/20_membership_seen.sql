-- Everything that says something of a membership at an instant: added, removed, listed in a snapshot, or missing from a
-- snapshot that lists every member. An event goes before a snapshot of the same instant.
CREATE OR REPLACE TABLE w_membership_listing AS
SELECT s.issuer, lower(s.group_id) AS group_id, lower(s.member_id) AS member_id, s.member_kind,
       coalesce(s.event_time, s.observed_at, p.reference_time) AS seen, s.complete
FROM membership_snapshot AS s CROSS JOIN param AS p;
-- Groups whose members a rule decides, and whether any change of them is in a log.
CREATE OR REPLACE TABLE w_rule_group AS
WITH logged AS (
    SELECT DISTINCT e.issuer, lower(e.group_id) AS group_id FROM membership_event AS e
)
SELECT DISTINCT s.issuer, lower(s.group_id) AS group_id, l.group_id IS NOT NULL AS has_changes
FROM membership_snapshot AS s
LEFT JOIN logged AS l ON l.issuer = s.issuer AND l.group_id = lower(s.group_id)
WHERE s.rule_driven;
CREATE OR REPLACE TABLE w_membership_seen AS
WITH change AS (
    SELECT DISTINCT e.issuer, lower(e.group_id) AS group_id, lower(e.member_id) AS member_id, e.member_kind,
           e.event_time,
           e.operation
    FROM membership_event AS e
), listing AS (
    SELECT DISTINCT l.issuer, l.group_id, l.seen FROM w_membership_listing AS l WHERE l.complete
), member AS (
    SELECT m.issuer, m.group_id, m.member_id, max(m.member_kind) AS member_kind
    FROM (
        SELECT c.issuer, c.group_id, c.member_id, c.member_kind FROM change AS c
        UNION ALL
        SELECT l.issuer, l.group_id, l.member_id, l.member_kind FROM w_membership_listing AS l
        WHERE l.member_id IS NOT NULL
    ) AS m
    GROUP BY m.issuer, m.group_id, m.member_id
), present AS (
    SELECT DISTINCT l.issuer, l.group_id, l.member_id, l.seen FROM w_membership_listing AS l
        WHERE l.member_id IS NOT NULL
)
SELECT m.issuer, m.group_id, m.member_id, m.member_kind, c.event_time AS seen, 1 AS turn, c.operation AS what
FROM member AS m
INNER JOIN change AS c ON c.issuer = m.issuer AND c.group_id = m.group_id AND c.member_id = m.member_id
UNION
SELECT m.issuer, m.group_id, m.member_id, m.member_kind, p.seen, 2, 'present'
FROM member AS m
INNER JOIN present AS p ON p.issuer = m.issuer AND p.group_id = m.group_id AND p.member_id = m.member_id
UNION
SELECT m.issuer, m.group_id, m.member_id, m.member_kind, l.seen, 2, 'absent'
FROM member AS m
INNER JOIN listing AS l ON l.issuer = m.issuer AND l.group_id = m.group_id
ANTI JOIN present AS p
    ON p.issuer = m.issuer AND p.group_id = m.group_id AND p.member_id = m.member_id AND p.seen = l.seen;
