-- Which failing subjects an approved exception is about. Its identity is (check, person or object, connection, cause):
-- never an interaction and never a month, so that an approval carries over. Where several fit, one in force wins, then
-- the smallest id. Patterns are LIKE patterns; case does not matter.
WITH failing AS (
    SELECT r.check_id, r.subject_kind, r.subject, r.reason, r.person_id, coalesce(r.connection, '') AS connection, o.alias
    FROM check_result AS r
    LEFT JOIN subject_owner AS o ON o.subject_kind = r.subject_kind AND o.subject = r.subject
    WHERE r.verdict = 'fail' AND r.check_id IN (SELECT check_id FROM approved_exception)
), name AS (
    SELECT person_id, display_name AS name FROM person
    UNION
    SELECT person_id, alias FROM person_alias
    UNION
    SELECT person_id, person_id FROM person
), called AS (
    SELECT f.check_id, f.subject, n.name FROM failing AS f JOIN name AS n ON n.person_id = f.person_id
    UNION
    SELECT f.check_id, f.subject, f.alias FROM failing AS f
    UNION
    SELECT f.check_id, f.subject, CASE WHEN f.subject_kind NOT IN ('interaction', 'usage', 'day') THEN f.subject END
    FROM failing AS f
), fits AS (
    SELECT f.check_id, f.subject, e.id, e.state, e.words, row_number() OVER (
        PARTITION BY f.check_id, f.subject ORDER BY CASE WHEN e.state = 'in_force' THEN 0 ELSE 1 END, e.id) AS place
    FROM failing AS f JOIN approved_exception AS e ON e.check_id = f.check_id
    WHERE f.reason LIKE e.cause AND lower(f.connection) LIKE lower(e.connection)
        AND (e.subject = '%' OR EXISTS (SELECT 1 FROM called AS c WHERE c.check_id = f.check_id
            AND c.subject = f.subject AND lower(c.name) LIKE lower(e.subject)))
)
SELECT check_id, subject, CASE WHEN state = 'in_force' THEN id END AS exception_id, words
FROM fits WHERE place = 1 ORDER BY check_id, subject
