-- Use after revocation: between the authentication that carries the request and the request (beyond the tolerance) the
-- person's sessions were revoked, that session ended, or the account was closed.
CREATE OR REPLACE TABLE w_after_revocation AS
WITH revoked AS (
    SELECT x.interaction_id, max(r.revoked_at) AS revoked_at
    FROM w_x AS x
    INNER JOIN w_identity AS i ON i.interaction_id = x.interaction_id
    INNER JOIN w_revocation AS r ON r.person_id = i.person_id AND plus_us(r.revoked_at, x.skew_us) < x.event_time
    GROUP BY x.interaction_id
)
SELECT x.interaction_id,
       coalesce(a.closed_before, FALSE)
       OR coalesce(r.revoked_at > coalesce(s.auth_time, open_from()), FALSE)
       OR coalesce(e.ended_at > s.auth_time AND plus_us(e.ended_at, x.skew_us) < x.event_time,
           FALSE) AS after_revocation
FROM w_x AS x
INNER JOIN w_sign_in AS s ON s.interaction_id = x.interaction_id
INNER JOIN w_account_state AS a ON a.interaction_id = x.interaction_id
LEFT JOIN revoked AS r ON r.interaction_id = x.interaction_id
LEFT JOIN (SELECT a.* FROM w_auth_session AS a WHERE a.ended_at IS NOT NULL) AS e
    ON e.issuer = s.issuer AND e.session_id = s.session_id;
