-- All candidates of a request in the order of preference: better tier, not after the request, latest, smallest key.
-- T3 is T4 from the same network, unless many people share it.
CREATE OR REPLACE TABLE w_sign_in_candidate AS
WITH timed AS (
    SELECT t.x_no, e.auth_no, x.client_ip IS NOT NULL AND ip_net(e.ip) = ip_net(x.client_ip) AS same_net,
           ip_net(e.ip) AS net
    FROM w_by_time AS t
    INNER JOIN w_event AS e ON e.person_no = t.person_no AND e.event_time = t.auth_time AND e.named_no IS NULL
    INNER JOIN w_x AS x ON x.x_no = t.x_no
), candidate AS (
    SELECT k.x_no, k.tier_rank, e.auth_no,
           CASE k.tier_rank WHEN 1 THEN 'token_id_equal' WHEN 2 THEN 'issue_and_expiry_equal'
                ELSE 'session_id_equal' END AS reason
    FROM w_by_id AS k INNER JOIN w_event AS e ON e.named_no = k.named_no
    UNION ALL
    SELECT t.x_no, CASE WHEN t.same_net AND d.net IS NULL THEN 4 ELSE 5 END, t.auth_no,
           CASE WHEN t.same_net AND d.net IS NULL THEN 'same_person_and_address'
                WHEN t.same_net THEN 'address_is_shared' ELSE 'same_person_in_token_life' END
    FROM timed AS t LEFT JOIN w_shared_net AS d ON d.net = t.net
    UNION ALL
    SELECT o.x_no, 6, min(e.auth_no), 'older_sign_in_in_session_life'
    FROM w_by_older AS o
    INNER JOIN w_event AS e ON e.person_no = o.person_no AND e.event_time = o.auth_time AND e.named_no IS NULL
    GROUP BY o.x_no
), placed AS (
    SELECT c.*, us_from_to(e.event_time, x.event_time) AS delta_us, e.session_no, e.mfa_state
    FROM candidate AS c
    INNER JOIN w_event AS e ON e.auth_no = c.auth_no
    INNER JOIN w_x AS x ON x.x_no = c.x_no
)
SELECT p.*, CASE p.tier_rank WHEN 1 THEN 'T1' WHEN 2 THEN 'T1b' WHEN 3 THEN 'T2' WHEN 4 THEN 'T3' WHEN 5 THEN 'T4'
                 ELSE 'T5' END AS tier,
       p.tier_rank = min(p.tier_rank) OVER (PARTITION BY p.x_no) AS of_best_tier,
       row_number() OVER (PARTITION BY p.x_no
                          ORDER BY p.tier_rank, p.delta_us < 0, p.delta_us, p.auth_no) AS nth
FROM placed AS p;
