-- Every usage row with its one verdict.
SELECT
    source_id, native_id, ordinal, event_time, grain, surface, user_alias, person_id, scope_rule, verdict, grade, reason,
    quantity_micro, gateway_exchanges, matched_interaction, locator
FROM reconciliation
ORDER BY source_id, event_time, native_id, ordinal
