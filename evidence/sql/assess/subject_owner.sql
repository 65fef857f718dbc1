-- Whose a subject of a check is: the person and the connection that an approved exception may name, and the alias by
-- which the subject is known where no person was resolved.
SELECT 'interaction' AS subject_kind, c.interaction_id AS subject, c.person_id, c.connection,
    coalesce(c.subject_email, c.subject) AS alias
FROM chain AS c
UNION ALL
SELECT 'usage', concat(u.source_id, '/', u.native_id, '/', CAST(u.ordinal AS VARCHAR)), u.person_id, NULL, u.user_alias
FROM reconciliation AS u
UNION ALL
SELECT 'person', p.person_id, p.person_id, NULL, NULL
FROM person AS p
UNION ALL
SELECT 'connection', k.connection, NULL, k.connection, NULL
FROM (SELECT connection FROM chain WHERE connection IS NOT NULL UNION SELECT connection FROM connection_snapshot) AS k
UNION ALL
SELECT 'approval', concat(a.source_id, '/', a.native_id), min(c.person_id), min(a.connection),
    min(coalesce(a.requester_email, a.requester))
FROM approval AS a
LEFT JOIN chain AS c ON c.approval_source_id = a.source_id AND c.approval_native_id = a.native_id
GROUP BY a.source_id, a.native_id
UNION ALL
SELECT 'object', n.subject, NULL, NULL, min(n.alias)
FROM (
    SELECT concat(c.source_id, '/', coalesce(c.subject, c.subject_email, 'nobody')) AS subject,
        coalesce(c.subject, c.subject_email) AS alias FROM chain AS c
    UNION
    SELECT concat(e.source_id, '/', e.native_id, '/', CAST(e.ordinal AS VARCHAR)), coalesce(e.actor_email, e.actor)
    FROM admin_event AS e
) AS n
GROUP BY n.subject
