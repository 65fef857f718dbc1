-- Every deviation with who, when and where; deviations without an approved exception first within each check.
WITH fails AS (
    SELECT
        f.check_id, f.severity, f.subject_kind, f.subject, f.reason, f.expected, f.actual, f.exception_id, f.record_refs,
        coalesce(c.event_time, u.event_time) AS event_time,
        coalesce(p.display_name, p.anchor, f.person_id, c.subject_email, c.subject, u.user_alias) AS who,
        coalesce(f.connection, c.connection, u.surface) AS place,
        CASE f.severity WHEN 'critical' THEN 1 WHEN 'high' THEN 2 WHEN 'medium' THEN 3 ELSE 4 END AS severity_rank
    FROM check_result AS f
    LEFT JOIN chain AS c ON c.interaction_id = CASE WHEN f.subject_kind = 'interaction' THEN f.subject END
    LEFT JOIN (
        SELECT native_id, min(event_time) AS event_time, min(user_alias) AS user_alias, min(surface) AS surface,
               min(person_id) AS person_id
        FROM reconciliation
        GROUP BY native_id
    ) AS u ON u.native_id = CASE WHEN f.subject_kind = 'usage' THEN f.subject END
    LEFT JOIN person AS p ON p.person_id = coalesce(f.person_id, c.person_id, u.person_id)
    WHERE f.verdict = 'fail'
)
SELECT
    check_id, severity, subject_kind, subject, event_time, who, place, reason, expected, actual, exception_id,
    record_refs,
    row_number() OVER (
        PARTITION BY check_id
        ORDER BY exception_id IS NOT NULL, event_time NULLS LAST, subject_kind, subject
    ) AS position
FROM fails
QUALIFY position <= $first_k
ORDER BY severity_rank, check_id, position
