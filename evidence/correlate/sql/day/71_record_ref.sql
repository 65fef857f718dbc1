-- Every record that a chain rests on: the exchange, its session, the sign-in, the approval and the decision that
-- completed it.
CREATE OR REPLACE TABLE w_record_ref AS
WITH ref AS (
    SELECT x.interaction_id, x.locator FROM w_x AS x
    UNION SELECT x.interaction_id, x.session_locator FROM w_x AS x
    UNION SELECT s.interaction_id, s.locator FROM w_sign_in AS s
    UNION SELECT a.interaction_id, a.locator FROM w_approval_verdict AS a
    UNION SELECT a.interaction_id, a.decision_locator FROM w_approval_verdict AS a
)
SELECT r.interaction_id, string_agg(r.locator, ' ' ORDER BY r.locator) AS record_refs
FROM ref AS r
WHERE r.locator IS NOT NULL
GROUP BY r.interaction_id;
