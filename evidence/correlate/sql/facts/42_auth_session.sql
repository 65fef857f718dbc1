-- Per session at the identity provider: since when a second factor is evidenced, since when it is evidently missing,
-- and when the session ended. A token issued silently inherits the factor of the sign-in that began its session.
CREATE OR REPLACE TABLE w_auth_session AS
SELECT s.issuer, s.session_id,
       min(s.event_time) FILTER (WHERE s.mfa_state = 'yes'
           AND s.event_kind NOT IN ('session_end', 'revoke')) AS mfa_from,
       min(s.event_time) FILTER (WHERE s.mfa_state = 'no'
           AND s.event_kind NOT IN ('session_end', 'revoke')) AS no_mfa_from,
       max(s.event_time) FILTER (WHERE s.event_kind = 'session_end') AS ended_at
FROM sign_in AS s
WHERE s.outcome = 'success' AND s.session_id IS NOT NULL
GROUP BY s.issuer, s.session_id;
