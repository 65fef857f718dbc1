-- Stale entitlement: a request after its person was removed from a group (beyond the tolerance), with a token that was
-- issued before, as it says itself; where it does not, within the life of a token and without a sign-in since.
CREATE OR REPLACE TABLE w_stale AS
SELECT x.x_no, min(us_from_to(r.removed_at, x.event_time)) AS stale_us
FROM w_removal AS r
INNER JOIN w_identity AS i ON i.person_no = r.person_no
INNER JOIN w_x AS x ON x.x_no = i.x_no
INNER JOIN w_sign_in AS s ON s.x_no = i.x_no
LEFT JOIN w_event AS v ON v.auth_no = s.auth_no
CROSS JOIN param AS p
WHERE plus_us(r.removed_at, x.skew_us) < x.event_time AND x.event_time < r.back_at
  AND coalesce(x.token_issued_at, v.event_time, open_from()) < r.removed_at
  AND (x.token_issued_at IS NOT NULL OR us_from_to(r.removed_at, x.event_time) <= p.token_life_us)
GROUP BY x.x_no;
