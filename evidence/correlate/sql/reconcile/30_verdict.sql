-- Exactly one verdict per usage row, the first that applies: scope, actor, no use, not settled, identity, a match,
-- presence, what cannot be assessed, and only then a finding. Where nearness in time decides, also what the verdict
-- would be without (near_counts false).
CREATE OR REPLACE TABLE w_outcome AS
WITH covered AS (
    SELECT DISTINCT u.usage_key
    FROM w_usage AS u
    INNER JOIN w_session_cover AS s
        ON s.person_id = u.person_id AND u.event_time >= s.from_time - INTERVAL 5 SECOND
        AND u.event_time <= s.to_time + INTERVAL 5 SECOND
    WHERE u.grain IN ('request', 'interaction')
), joined AS (
    SELECT u.*, n.near_counts, p.exchanges, p.possible, p.listed, p.not_covered, m.method_rank,
           CASE WHEN n.near_counts THEN p.beside ELSE 0 END AS beside,
           CASE WHEN n.near_counts OR m.method_rank < 3 THEN m.interaction_id END AS interaction_id,
           k.usage_key IS NOT NULL AS session_covers, u.grain IN ('request', 'interaction') AS fine,
           u.event_time < u.period_from OR u.until > u.period_to AS at_edge
    FROM w_usage AS u
    INNER JOIN w_presence AS p ON p.usage_key = u.usage_key
    CROSS JOIN (VALUES (TRUE), (FALSE)) AS n (near_counts)
    LEFT JOIN w_match AS m ON m.usage_key = u.usage_key
    LEFT JOIN covered AS k ON k.usage_key = u.usage_key
    WHERE n.near_counts OR m.method_rank = 3 OR p.beside > 0
)
SELECT j.*,
    CASE WHEN j.scope_rule IN ('native_allowed', 'excluded') THEN 'OUT_OF_SCOPE ' || j.scope_rule
         WHEN j.scope_rule = 'not_observable' THEN 'NOT_OBSERVABLE not_observable'
         WHEN j.actor_kind IN ('automation', 'service', 'agent') THEN 'OUT_OF_SCOPE actor_' || j.actor_kind
         WHEN NOT j.active AND j.listed > 0 THEN 'USAGE_SOURCE_GAP gateway_saw_use'
         WHEN NOT j.active THEN 'OUT_OF_SCOPE no_use'
         WHEN j.interaction_id IS NOT NULL THEN
             CASE j.method_rank WHEN 1 THEN 'MATCHED_ID request_id_equal' WHEN 2 THEN 'MATCHED_CONTENT prompt_equal'
                  ELSE 'MATCHED_TIME same_person_near_in_time' END
         WHEN j.reference_time < j.settled_at THEN 'PENDING not_final'
         WHEN j.user_alias IS NULL THEN 'UNRESOLVED_IDENTITY not_attributed'
         WHEN j.persons = 0 THEN 'UNRESOLVED_IDENTITY alias_unknown'
         WHEN j.persons > 1 THEN 'AMBIGUOUS_IDENTITY several_persons'
         WHEN j.fine AND j.session_covers THEN 'COVERED_BY_SESSION session_without_recording'
         WHEN NOT j.fine AND j.exchanges > 0 THEN 'PRESENT_BOTH gateway_saw_use'
         WHEN NOT j.fine AND j.beside > 0 THEN 'PRESENT_BOTH day_edge'
         WHEN j.scope_rule = 'undeclared' THEN 'NOT_ASSESSABLE scope_undeclared'
         WHEN j.grain = 'user_period' THEN 'NOT_ASSESSABLE period_grain'
         WHEN j.at_edge THEN 'NOT_ASSESSABLE period_boundary'
         WHEN j.not_covered IS NOT NULL THEN 'NOT_ASSESSABLE ' || j.not_covered
         WHEN j.possible > 0 THEN 'NOT_ASSESSABLE gateway_caller_ambiguous'
         WHEN j.fine THEN 'UNGATED_REQUEST no_exchange' ELSE 'UNGATED_USER_DAY no_exchange' END AS outcome_and_reason
FROM joined AS j;
CREATE OR REPLACE VIEW w_verdict AS SELECT * FROM w_outcome AS o WHERE o.near_counts;
