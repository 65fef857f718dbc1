-- State of the caller's account at that instant: the account his name belongs to, else the best of the person's
-- accounts. Closed by an event before the request (beyond the tolerance) is use after revocation.
CREATE OR REPLACE TABLE w_account_state AS
WITH held AS (
    SELECT i.x_no, a.state, a.valid_from, a.basis,
           row_number() OVER (
               PARTITION BY i.x_no
               ORDER BY CASE a.state WHEN 'enabled' THEN 1 WHEN 'disabled' THEN 2 ELSE 3 END, a.valid_from DESC,
                        a.account_id) AS nth
    FROM w_identity AS i
    INNER JOIN w_x AS x ON x.x_no = i.x_no
    INNER JOIN w_account_held AS a
        ON a.person_no = i.person_no AND a.valid_from <= x.event_time AND a.valid_to > x.event_time
    WHERE i.account_id IS NULL OR a.account_id = i.account_id
)
SELECT x.x_no, coalesce(h.state, 'unknown') AS account_state,
       coalesce(h.state IN ('disabled', 'deleted') AND h.basis = 'event'
                AND us_from_to(h.valid_from, x.event_time) > x.skew_us, FALSE) AS closed_before
FROM w_x AS x
LEFT JOIN held AS h ON h.x_no = x.x_no AND h.nth = 1;
