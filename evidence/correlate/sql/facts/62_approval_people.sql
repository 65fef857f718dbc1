-- Who asked and who decided, as persons at that instant: user id before address. Keys and automations are nobody.
CREATE OR REPLACE TABLE w_approval_person AS
WITH ask AS (
    SELECT 'requester' AS part, a.source_id, a.native_id AS approval_id, '' AS group_key, a.asked_at AS instant,
           a.requester AS subject, a.requester_email AS email
    FROM w_approval_now AS a
    UNION ALL
    SELECT 'approver', d.source_id, d.approval_id, d.group_key, d.approved_at, d.actor, d.actor_email
    FROM w_decision AS d
    WHERE d.approved AND coalesce(d.actor_kind, 'person') = 'person'
), term AS (
    SELECT a.*, 1 AS strength, 'subject' AS alias_class, a.subject AS alias FROM ask AS a WHERE a.subject IS NOT NULL
    UNION ALL
    SELECT a.*, 2, 'name', a.email FROM ask AS a WHERE a.email IS NOT NULL
    UNION ALL
    SELECT a.*, 3, 'name', a.subject FROM ask AS a WHERE a.subject LIKE '%@%'
), hit AS (
    SELECT t.part, t.source_id, t.approval_id, t.group_key, t.strength, min(x.person_id) AS person_id,
           count(DISTINCT x.person_id) AS persons
    FROM term AS t
    INNER JOIN w_alias AS x
        ON x.alias_class = t.alias_class AND x.alias = t.alias
        AND x.valid_from <= coalesce(t.instant, x.valid_from) AND x.valid_to > coalesce(t.instant, x.valid_from)
    GROUP BY t.part, t.source_id, t.approval_id, t.group_key, t.strength
), best AS (
    SELECT h.*, row_number() OVER (PARTITION BY h.part, h.source_id, h.approval_id, h.group_key
                                   ORDER BY h.strength) AS nth
    FROM hit AS h
)
SELECT b.part, b.source_id, b.approval_id, b.group_key, CASE WHEN b.persons = 1 THEN b.person_id END AS person_id
FROM best AS b
WHERE b.nth = 1;
