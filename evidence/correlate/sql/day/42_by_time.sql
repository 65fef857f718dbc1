-- Authentications of the same person within the token's life before the request: what may become T3 or T4. Requests
-- meet the events of their own bucket of one token life and of the ones beside it, by equality. An authentication later
-- than the tolerance after the request never counts.
CREATE OR REPLACE TABLE w_by_time AS
WITH spread AS (
    SELECT q.*, epoch_us(q.event_time) // q.bucket_us + n.step AS bucket
    FROM w_asked AS q CROSS JOIN (VALUES (-1), (0), (1)) AS n (step)
)
SELECT DISTINCT q.x_no, q.person_no, s.event_time AS auth_time
FROM spread AS q
INNER JOIN w_auth_time AS s ON s.person_no = q.person_no AND s.bucket = q.bucket
WHERE us_from_to(s.event_time, q.event_time) <= q.life_us
  AND us_from_to(q.event_time, s.event_time) <= greatest(q.skew_us, s.skew_us);
