-- What the gateway saw of each person on each UTC day that a vendor of models may know of: requests over HTTP that it
-- did not stop, those within ten minutes of the day's edges, requests of an ambiguous caller who could be that person,
-- and those for a model that certainly went out, of which the vendor must know.
CREATE OR REPLACE TABLE w_gateway_day AS
WITH seen AS (
    SELECT c.person_id, c.event_time, 1 AS certain,
           CASE WHEN c.outcome = 'forwarded' AND c.model IS NOT NULL THEN 1 ELSE 0 END AS listed
    FROM chain AS c
    WHERE c.person_id IS NOT NULL AND c.interaction_kind = 'exchange' AND coalesce(c.route, c.model) IS NOT NULL
    UNION ALL
    SELECT l.native_id, c.event_time, 0, 0
    FROM chain AS c
    INNER JOIN link AS l ON l.interaction_id = c.interaction_id AND l.link_kind = 'identity'
    WHERE c.identity_state = 'ambiguous' AND c.interaction_kind = 'exchange' AND coalesce(c.route, c.model) IS NOT NULL
)
SELECT s.person_id, date_trunc('day', s.event_time) AS day, sum(s.certain) AS exchanges,
       count(*) - sum(s.certain) AS possible, sum(s.listed) AS listed,
       count(*) FILTER (WHERE s.certain = 1
           AND s.event_time < date_trunc('day', s.event_time) + INTERVAL 10 MINUTE) AS early,
       count(*) FILTER (WHERE s.certain = 1
                        AND s.event_time >= date_trunc('day', s.event_time) + INTERVAL 1430 MINUTE) AS late
FROM seen AS s
GROUP BY s.person_id, date_trunc('day', s.event_time);
