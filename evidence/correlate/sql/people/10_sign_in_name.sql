-- Under which names each account signed in, and from when to when. The identity provider's own events name accounts
-- that no directory export lists any more, such as leavers. (Rule: identity resolution, from strongest key down.)
CREATE OR REPLACE TABLE w_sign_in_name AS
SELECT
    s.issuer,
    lower(s.subject) AS account_id,
    s.subject_name,
    max(CASE WHEN s.subject_kind = 'service' THEN 1 ELSE 0 END) AS is_service,
    min(s.event_time) AS first_seen,
    max(s.event_time) AS last_seen
FROM sign_in AS s
WHERE s.subject IS NOT NULL AND s.outcome = 'success'
GROUP BY s.issuer, lower(s.subject), s.subject_name;
