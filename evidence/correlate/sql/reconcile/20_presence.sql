-- The gateway's side of each usage row: requests of that person in its interval, at its edges, and whether every
-- gateway is covered from an hour before to an hour after, as far as the period goes (stage 0: no finding without
-- proven coverage).
CREATE OR REPLACE TABLE w_presence AS
WITH days AS (
    SELECT u.usage_key,
           coalesce(sum(g.exchanges) FILTER (WHERE g.day >= date_trunc('day', u.event_time) AND g.day < u.until),
               0) AS exchanges,
           coalesce(sum(g.possible) FILTER (WHERE g.day >= date_trunc('day', u.event_time) AND g.day < u.until),
               0) AS possible,
           coalesce(sum(g.listed) FILTER (WHERE g.day >= date_trunc('day', u.event_time) AND g.day < u.until),
               0) AS listed,
           coalesce(sum(CASE WHEN g.day < date_trunc('day', u.event_time) THEN g.late WHEN g.day >= u.until
               THEN g.early END)
                    FILTER (WHERE g.day < date_trunc('day', u.event_time) OR g.day >= u.until), 0) AS beside
    FROM w_usage AS u
    LEFT JOIN w_gateway_day AS g
        ON g.person_id = u.person_id AND g.day >= date_trunc('day', u.event_time) - INTERVAL 1 DAY
        AND g.day < u.until + INTERVAL 1 DAY
    GROUP BY u.usage_key
), gap AS (
    SELECT u.usage_key, min(c.state) AS gap_state
    FROM w_usage AS u
    INNER JOIN coverage AS c
        ON c.stream = 'exchange' AND c.state <> 'covered' AND c.from_time < u.until + INTERVAL 1 HOUR
        AND c.to_time > u.event_time - INTERVAL 1 HOUR
    GROUP BY u.usage_key
), gateways AS (
    SELECT count(DISTINCT c.source_id) AS there
    FROM coverage AS c WHERE c.stream = 'exchange'
)
SELECT d.usage_key, CAST(d.exchanges AS BIGINT) AS exchanges, d.possible, d.beside, d.listed,
       CASE WHEN w.there = 0 THEN 'no_gateway' WHEN g.gap_state IS NOT NULL THEN 'gateway_' || g.gap_state
           END AS not_covered
FROM days AS d
CROSS JOIN gateways AS w
LEFT JOIN gap AS g ON g.usage_key = d.usage_key;
