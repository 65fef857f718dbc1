-- T5: no authentication in the token's life, but an older one within the longest session: of the same day by the window
-- form (never a range join), of earlier days by their last one. Only the latest is named; it corroborates nothing.
CREATE OR REPLACE TABLE w_alone AS
SELECT x.interaction_id, x.event_time, date_trunc('day', x.event_time) AS day, i.person_id
FROM w_x AS x
INNER JOIN w_identity AS i ON i.interaction_id = x.interaction_id
ANTI JOIN w_by_id AS k ON k.interaction_id = x.interaction_id
ANTI JOIN w_by_time AS t ON t.interaction_id = x.interaction_id
WHERE i.person_id IS NOT NULL AND i.caller_class IN ('human_token', 'human_via_agent');
CREATE OR REPLACE TABLE w_auth_alone AS
SELECT a.*
FROM w_auth AS a
INNER JOIN (SELECT DISTINCT k.person_id, k.day FROM w_alone AS k) AS q
    ON q.person_id = a.person_id AND q.day = date_trunc('day', a.event_time)
WHERE a.event_time >= day_from() AND a.event_time < day_to();
CREATE OR REPLACE TABLE w_by_older AS
WITH someone AS (
    SELECT DISTINCT q.person_id FROM w_alone AS q
), point AS (
    SELECT a.person_id, a.event_time, 0 AS turn, a.event_time AS auth_time, NULL AS interaction_id
    FROM w_auth_alone AS a
    UNION ALL
    SELECT l.person_id, l.event_time, 0, l.event_time, NULL
    FROM w_auth_last AS l INNER JOIN someone AS o ON o.person_id = l.person_id
    WHERE l.day >= day_from() AND l.day < day_to()
    UNION ALL
    SELECT b.person_id, b.event_time, 0, b.event_time, NULL
    FROM w_auth_before AS b INNER JOIN someone AS o ON o.person_id = b.person_id
    UNION ALL
    SELECT q.person_id, q.event_time, 1, NULL, q.interaction_id FROM w_alone AS q
), latest AS (
    SELECT p.interaction_id, p.person_id, p.event_time,
           max(p.auth_time) OVER (PARTITION BY p.person_id ORDER BY p.event_time, p.turn, p.interaction_id NULLS FIRST
                                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS auth_time
    FROM point AS p
)
SELECT l.interaction_id, l.person_id, l.auth_time
FROM latest AS l CROSS JOIN param AS p
WHERE l.interaction_id IS NOT NULL AND us_from_to(l.auth_time, l.event_time) <= p.session_max_us;
