-- How far off each outcome is that rests on nearness in time: requests matched so, and user-days with use only beside
-- the day. Uncertainty that the gateway's record states is allowed beforehand.
CREATE OR REPLACE TABLE w_time_gap AS
SELECT m.usage_key, greatest(m.gap_us - c.time_uncertainty_us, 0) AS gap_us
FROM w_match AS m
INNER JOIN chain AS c ON c.interaction_id = m.interaction_id
WHERE m.method_rank = 3
UNION ALL
SELECT v.usage_key, min(CASE WHEN c.event_time < v.event_time THEN us_from_to(c.event_time, v.event_time)
                             ELSE us_from_to(v.until, c.event_time) END) AS gap_us
FROM w_verdict AS v
INNER JOIN chain AS c
    ON c.person_id = v.person_id AND c.interaction_kind = 'exchange'
    AND (c.event_time < v.event_time AND c.event_time >= v.event_time - INTERVAL 10 MINUTE
         OR c.event_time >= v.until AND c.event_time < v.until + INTERVAL 10 MINUTE)
WHERE v.outcome_and_reason = 'PRESENT_BOTH day_edge'
GROUP BY v.usage_key;
-- Requests without an exchange, and exchanges without a request, of one person within ten minutes: what a wider
-- tolerance would still match. Those matched already are nearer, so that greedy matching would not give them up.
CREATE OR REPLACE TABLE w_wider_candidate AS
WITH missing AS (
    SELECT v.usage_key, v.person_id, v.event_time FROM w_verdict AS v
    WHERE v.outcome_and_reason LIKE 'UNGATED\_REQUEST%' ESCAPE '\'
), free AS (
    SELECT c.interaction_id, c.person_id, c.event_time, c.time_uncertainty_us
    FROM chain AS c
    INNER JOIN (SELECT DISTINCT n.person_id FROM missing AS n) AS o ON o.person_id = c.person_id
    ANTI JOIN w_match AS m ON m.interaction_id = c.interaction_id
    WHERE c.interaction_kind <> 'usage_request'
), near AS (
    SELECT n.usage_key, f.interaction_id, 3 AS method_rank,
           greatest(abs(us_from_to(f.event_time, n.event_time)) - f.time_uncertainty_us, 0) AS gap_us
    FROM missing AS n
    CROSS JOIN (VALUES (-1), (0), (1)) AS b (step)
    INNER JOIN free AS f
        ON f.person_id = n.person_id
        AND epoch_us(f.event_time) // 600000000 = epoch_us(n.event_time) // 600000000 + b.step
)
SELECT n.* FROM near AS n WHERE n.gap_us <= 600000000;
CREATE OR REPLACE TABLE w_wider (usage_key VARCHAR, interaction_id VARCHAR, method_rank BIGINT, gap_us BIGINT);
