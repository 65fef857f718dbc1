-- What the gateway saw of each person on each UTC day: requests, those within ten minutes of its edges, and requests
-- of an ambiguous caller who could be that person.
CREATE OR REPLACE TABLE w_gateway_day AS
WITH seen AS (
    SELECT c.person_id, c.event_time, 1 AS certain FROM chain AS c
    WHERE c.person_id IS NOT NULL AND c.interaction_kind <> 'usage_request'
    UNION ALL
    SELECT l.native_id, c.event_time, 0
    FROM chain AS c
    INNER JOIN link AS l ON l.interaction_id = c.interaction_id AND l.link_kind = 'identity'
    WHERE c.identity_state = 'ambiguous' AND c.interaction_kind <> 'usage_request'
)
SELECT s.person_id, date_trunc('day', s.event_time) AS day, sum(s.certain) AS exchanges,
       count(*) - sum(s.certain) AS possible,
       count(*) FILTER (WHERE s.certain = 1
           AND s.event_time < date_trunc('day', s.event_time) + INTERVAL 10 MINUTE) AS early,
       count(*) FILTER (WHERE s.certain = 1
                        AND s.event_time >= date_trunc('day', s.event_time) + INTERVAL 1430 MINUTE) AS late
FROM seen AS s
GROUP BY s.person_id, date_trunc('day', s.event_time);
