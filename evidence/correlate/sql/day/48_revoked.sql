-- Use after revocation: between the authentication that carries the request and the request (beyond the tolerance) the
-- person's sessions were revoked, that session ended, or the account was closed.
CREATE OR REPLACE TABLE w_after_revocation AS
WITH revoked AS (
    SELECT x.x_no, max(r.revoked_at) AS revoked_at
    FROM w_x AS x
    INNER JOIN w_identity AS i ON i.x_no = x.x_no
    INNER JOIN w_revocation AS r ON r.person_no = i.person_no AND plus_us(r.revoked_at, x.skew_us) < x.event_time
    GROUP BY x.x_no
), ended AS (
    SELECT a.issuer, a.session_id, a.ended_at FROM w_auth_session AS a WHERE a.ended_at IS NOT NULL
)
SELECT x.x_no,
       coalesce(a.closed_before, FALSE)
       OR coalesce(r.revoked_at > coalesce(v.event_time, open_from()), FALSE)
       OR coalesce(e.ended_at > v.event_time AND plus_us(e.ended_at, x.skew_us) < x.event_time,
           FALSE) AS after_revocation
FROM w_x AS x
INNER JOIN w_sign_in AS s ON s.x_no = x.x_no
INNER JOIN w_account_state AS a ON a.x_no = x.x_no
LEFT JOIN w_event AS v ON v.auth_no = s.auth_no
LEFT JOIN revoked AS r ON r.x_no = x.x_no
LEFT JOIN ended AS e ON e.issuer = v.issuer AND e.session_id = v.session_id;
