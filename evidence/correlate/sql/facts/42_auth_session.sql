-- Per session at the identity provider: since when a second factor is evidenced, since when it is evidently missing,
-- and when the session ended. A token issued silently inherits the factor of the sign-in that began its session. Sorted
-- by time, so that a day does not look at sessions that begin after it.
CREATE OR REPLACE TABLE w_auth_session AS
SELECT s.issuer, s.session_id,
       min(CASE WHEN s.mfa_state = 'yes' AND s.event_kind NOT IN ('session_end', 'revoke') THEN s.event_time
           END) AS mfa_from, min(s.event_time) AS known_from,
       min(CASE WHEN s.mfa_state = 'no' AND s.event_kind NOT IN ('session_end', 'revoke') THEN s.event_time
           END) AS no_mfa_from,
       max(CASE WHEN s.event_kind = 'session_end' THEN s.event_time END) AS ended_at
FROM w_stepped AS s
WHERE s.outcome = 'success' AND s.session_id IS NOT NULL
  AND (s.mfa_state <> 'unknown' OR s.event_kind = 'session_end')
GROUP BY s.issuer, s.session_id
ORDER BY known_from, s.issuer, s.session_id;
