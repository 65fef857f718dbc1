-- One answer per request. More than one session in the best tier is T-A: the first by order is shown, the others are
-- kept as candidates, and the factor holds only if all agree. A session has the factor that its records show, whatever
-- others of its records leave open. Nobody found is T0, with the reason that explains it.
CREATE OR REPLACE TABLE w_sign_in AS
WITH by_session AS (
    SELECT c.x_no, c.session_no, min(c.mfa_state) FILTER (WHERE c.mfa_state <> 'unknown') AS mfa_low,
           max(c.mfa_state) FILTER (WHERE c.mfa_state <> 'unknown') AS mfa_high
    FROM w_sign_in_candidate AS c WHERE c.of_best_tier
    GROUP BY c.x_no, c.session_no
), folded AS (
    SELECT s.x_no, count(*) AS sessions, min(coalesce(s.mfa_low, 'unknown')) AS mfa_low,
           max(coalesce(s.mfa_high, 'unknown')) AS mfa_high
    FROM by_session AS s GROUP BY s.x_no
), provider AS (
    SELECT x.x_no,
           count(*) FILTER (WHERE c.state = 'covered' AND c.from_time <= x.event_time
               AND c.to_time > x.event_time) AS there,
           count(*) FILTER (WHERE c.state <> 'covered') AS gaps
    FROM w_x AS x
    CROSS JOIN param AS p
    LEFT JOIN coverage AS c
        ON c.stream = 'sign_in' AND c.from_time <= x.event_time AND c.to_time > plus_us(x.event_time, -p.token_life_us)
    ANTI JOIN w_sign_in_candidate AS k ON k.x_no = x.x_no
    GROUP BY x.x_no
)
SELECT x.x_no, b.auth_no, coalesce(f.sessions, 0) AS candidates, b.delta_us,
       CASE WHEN f.sessions IS NULL THEN CASE WHEN x.token_auth_time IS NOT NULL AND i.identity_state = 'resolved'
                                              THEN 'T5' ELSE 'T0' END
            WHEN f.sessions > 1 THEN 'T-A' ELSE b.tier END AS tier,
       CASE WHEN f.sessions > 1 THEN 'several_sessions_' || lower(b.tier) WHEN f.sessions = 1 THEN b.reason
            WHEN i.identity_state = 'not_a_person' THEN i.caller_class
            WHEN i.identity_state <> 'resolved' THEN 'identity_' || i.identity_state
            WHEN x.token_auth_time IS NOT NULL THEN 'claims_only'
            WHEN coalesce(g.there, 0) = 0 OR g.gaps > 0 THEN 'no_idp_coverage' ELSE 'no_sign_in' END AS reason,
       CASE WHEN f.mfa_low = f.mfa_high THEN f.mfa_low ELSE 'unknown' END AS mfa_state,
       coalesce(f.mfa_low = f.mfa_high, FALSE) AS mfa_agreed
FROM w_x AS x
INNER JOIN w_identity AS i ON i.x_no = x.x_no
LEFT JOIN folded AS f ON f.x_no = x.x_no
LEFT JOIN w_sign_in_candidate AS b ON b.x_no = x.x_no AND b.nth = 1
LEFT JOIN provider AS g ON g.x_no = x.x_no;
