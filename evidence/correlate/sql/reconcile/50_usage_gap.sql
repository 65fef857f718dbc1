-- The other direction: a person whom a source reports on other days of the period used the gateway on a settled day
-- of which the source says nothing. A row with native id gap:<person>:<day>: it lowers the trust in that source, it
-- is no bypass.
INSERT INTO reconciliation
WITH reported AS (
    SELECT DISTINCT u.source_id, u.person_id FROM w_usage AS u
    WHERE u.grain = 'user_day' AND u.person_id IS NOT NULL AND u.scope_rule = 'must_be_gated'
), told AS (
    SELECT DISTINCT u.source_id, u.person_id, date_trunc('day', u.event_time) AS day FROM w_usage AS u
    WHERE u.grain = 'user_day' AND u.person_id IS NOT NULL
), example AS (
    SELECT u.source_id, u.person_id, min(u.surface) AS surface, min(u.user_alias) AS user_alias,
           min(u.locator) AS locator
    FROM w_usage AS u WHERE u.grain = 'user_day' AND u.scope_rule = 'must_be_gated' GROUP BY u.source_id, u.person_id
)
SELECT r.source_id, 'gap:' || r.person_id || ':' || strftime(g.day, '%Y-%m-%d') AS native_id, 0 AS ordinal, e.locator,
       g.day AS event_time, 'user_day' AS grain, e.surface, r.person_id, e.user_alias, 'must_be_gated' AS scope_rule,
       'USAGE_SOURCE_GAP' AS verdict, NULL AS grade, 'no_usage_row' AS reason, NULL AS quantity_micro,
       CAST(g.listed AS BIGINT) AS gateway_exchanges, NULL AS matched_interaction
FROM reported AS r
INNER JOIN w_gateway_day AS g ON g.person_id = r.person_id AND g.listed > 0
INNER JOIN example AS e ON e.source_id = r.source_id AND e.person_id = r.person_id
CROSS JOIN param AS p
LEFT JOIN cfg_source AS s ON s.source_id = r.source_id
ANTI JOIN told AS t ON t.source_id = r.source_id AND t.person_id = r.person_id AND t.day = g.day
WHERE p.reference_time >= plus_us(g.day + INTERVAL 1 DAY, coalesce(s.settling_us, 0));
