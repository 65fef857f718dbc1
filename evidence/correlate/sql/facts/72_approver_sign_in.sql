-- Did the approver sign in himself? His last authentication before each approval that he completed: within the life of
-- a token (T4), older but within the longest session (T5), none although the provider's log covers the time (T0); NULL
-- where the log does not cover it. By the window form over events and instants, so that many approvals of one person
-- cost no more than one.
CREATE OR REPLACE TABLE w_approver_sign_in AS
WITH decided AS (
    SELECT DISTINCT a.approver_person_id AS person_id, a.complete_at AS instant
    FROM w_approval AS a WHERE a.approver_person_id IS NOT NULL AND a.complete_at IS NOT NULL
), someone AS (
    SELECT DISTINCT d.person_id FROM decided AS d
), named AS (
    SELECT a.account_id, NULL AS bare_name, a.person_id, open_from() AS valid_from, open_to() AS valid_to
    FROM w_account_person AS a INNER JOIN someone AS o ON o.person_id = a.person_id
    UNION ALL
    SELECT NULL, x.alias, x.person_id, x.valid_from, x.valid_to
    FROM person_alias AS x INNER JOIN someone AS o ON o.person_id = x.person_id
    WHERE x.alias_type = 'upn' AND NOT x.ambiguous
), auth AS (
    SELECT lower(s.subject) AS account_id, CASE WHEN s.subject IS NULL THEN s.subject_name END AS bare_name,
           s.event_time
    FROM sign_in AS s
    WHERE s.outcome = 'success' AND s.event_kind IN ('authn', 'token_issue', 'refresh') AND s.subject_kind <> 'service'
), point AS (
    SELECT n.person_id, a.event_time AS place, 0 AS turn, a.event_time AS auth_time, CAST(NULL AS TIMESTAMP) AS instant
    FROM auth AS a INNER JOIN named AS n ON n.account_id = a.account_id
    UNION ALL
    SELECT n.person_id, a.event_time, 0, a.event_time, NULL
    FROM auth AS a
    INNER JOIN named AS n ON n.bare_name = a.bare_name AND n.valid_from <= a.event_time AND n.valid_to > a.event_time
    UNION ALL
    SELECT d.person_id, plus_us(d.instant, p.skew_us), 1, NULL, d.instant FROM decided AS d CROSS JOIN param AS p
), latest AS (
    SELECT p.person_id, p.instant,
           max(p.auth_time) OVER (PARTITION BY p.person_id ORDER BY p.place, p.turn, p.instant NULLS FIRST
                                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS auth_time
    FROM point AS p
), logged AS (
    SELECT d.instant, count(*) FILTER (WHERE c.state = 'covered' AND c.from_time <= d.instant
               AND c.to_time > d.instant) > 0 AND count(*) FILTER (WHERE c.state <> 'covered') = 0 AS covered
    FROM (SELECT DISTINCT k.instant FROM decided AS k) AS d
    CROSS JOIN param AS p
    INNER JOIN coverage AS c
        ON c.stream = 'sign_in' AND c.from_time <= d.instant AND c.to_time > plus_us(d.instant, -p.token_life_us)
    GROUP BY d.instant
)
SELECT l.person_id, l.instant,
       CASE WHEN us_from_to(l.auth_time, l.instant) <= p.token_life_us THEN 'T4'
            WHEN us_from_to(l.auth_time, l.instant) <= p.session_max_us THEN 'T5' WHEN g.covered THEN 'T0' END AS tier
FROM latest AS l
CROSS JOIN param AS p
LEFT JOIN logged AS g ON g.instant = l.instant
WHERE l.instant IS NOT NULL;
