-- Every record that a chain rests on, each once, in order: the exchange, its session, the sign-in, the approval and the
-- decision that completed it.
CREATE OR REPLACE TABLE w_record_ref AS
SELECT x.interaction_id, array_to_string(list_sort(list_distinct(
    [x.locator, x.session_locator, s.locator, a.locator, a.decision_locator])), ' ') AS record_refs
FROM w_x AS x
INNER JOIN w_sign_in AS s ON s.interaction_id = x.interaction_id
INNER JOIN w_approval_verdict AS a ON a.interaction_id = x.interaction_id;
