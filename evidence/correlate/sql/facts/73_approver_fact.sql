-- What is known of the approver at the instant at which the approval was complete: the best state of his accounts then,
-- and his own sign-in.
CREATE OR REPLACE TABLE w_approver_fact AS
WITH held AS (
    SELECT s.person_id, s.instant, a.state, row_number() OVER (
        PARTITION BY s.person_id, s.instant
        ORDER BY CASE a.state WHEN 'enabled' THEN 1 WHEN 'disabled' THEN 2 ELSE 3 END, a.valid_from DESC,
                 a.account_id) AS nth
    FROM w_approver_sign_in AS s
    INNER JOIN account_interval AS a
        ON a.person_id = s.person_id AND a.valid_from <= s.instant AND a.valid_to > s.instant
)
SELECT v.approval_no, coalesce(h.state, 'unknown') AS account_state, s.tier AS sign_in_tier
FROM w_approval AS v
INNER JOIN w_approver_sign_in AS s ON s.person_id = v.approver_person_id AND s.instant = v.complete_at
LEFT JOIN held AS h ON h.person_id = s.person_id AND h.instant = s.instant AND h.nth = 1;
