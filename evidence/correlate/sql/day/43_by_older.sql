-- T5: no authentication in the token's life, but an older one within the longest session, of these days or before, by
-- the window form (never a range join). Only the latest is named; it corroborates nothing.
CREATE OR REPLACE TABLE w_by_older AS
WITH alone AS (
    SELECT q.x_no, q.event_time, q.person_no
    FROM w_asked AS q
    ANTI JOIN w_by_id AS k ON k.x_no = q.x_no
    ANTI JOIN w_by_time AS t ON t.x_no = q.x_no
), someone AS (
    SELECT DISTINCT q.person_no FROM alone AS q
), point AS (
    SELECT a.person_no, a.event_time, 0 AS turn, a.event_time AS auth_time, CAST(NULL AS BIGINT) AS x_no
    FROM w_auth_time AS a INNER JOIN someone AS o ON o.person_no = a.person_no
    UNION ALL
    SELECT b.person_no, b.event_time, 0, b.event_time, NULL
    FROM w_auth_before AS b INNER JOIN someone AS o ON o.person_no = b.person_no
    UNION ALL
    SELECT q.person_no, q.event_time, 1, NULL, q.x_no FROM alone AS q
), latest AS (
    SELECT p.x_no, p.person_no, p.event_time,
           max(p.auth_time) OVER (PARTITION BY p.person_no ORDER BY p.event_time, p.turn, p.x_no NULLS FIRST
                                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS auth_time
    FROM point AS p
)
SELECT l.x_no, l.person_no, l.auth_time
FROM latest AS l CROSS JOIN param AS p
WHERE l.x_no IS NOT NULL AND us_from_to(l.auth_time, l.event_time) <= p.session_max_us;
