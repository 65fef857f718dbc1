-- The result. Grade of a finding: A request grain and a second source that saw use by the same person that day; B
-- request grain alone, or a user-day from what is billed (credits, requests); C a user-day from telemetry. Only A and
-- B are a bypass.
INSERT INTO reconciliation
WITH agreed AS (
    SELECT v.usage_key, count(o.usage_key) AS others
    FROM w_verdict AS v
    LEFT JOIN w_usage AS o
        ON o.person_id = v.person_id AND date_trunc('day', o.event_time) = date_trunc('day', v.event_time)
        AND o.source_id <> v.source_id AND o.active
    GROUP BY v.usage_key
)
SELECT v.source_id, v.native_id, v.ordinal, v.locator, v.event_time, v.grain, v.surface, v.person_id, v.user_alias,
       v.scope_rule, split_part(v.outcome_and_reason, ' ', 1) AS verdict,
       CASE WHEN v.outcome_and_reason LIKE 'UNGATED\_REQUEST%' ESCAPE '\'
            THEN CASE WHEN a.others > 0 THEN 'A' ELSE 'B' END
            WHEN v.outcome_and_reason LIKE 'UNGATED\_USER%' ESCAPE '\'
            THEN CASE WHEN v.unit IN ('credit', 'request') THEN 'B' ELSE 'C' END
            WHEN v.outcome_and_reason = 'NOT_ASSESSABLE period_grain' THEN 'D' END AS grade,
       split_part(v.outcome_and_reason, ' ', 2) AS reason, v.quantity_micro, v.exchanges AS gateway_exchanges,
       v.interaction_id AS matched_interaction
FROM w_verdict AS v
INNER JOIN agreed AS a ON a.usage_key = v.usage_key;
