-- Authentications near this day: from the longest token life before it to the tolerance after it. Each has the key of
-- its session (its own id where it has none: an event without a session counts as one) and a bucket of one token
-- life, so that requests meet the events of their own and the bucket before by equality and never all events of a
-- person.
CREATE OR REPLACE TABLE w_auth_day AS
SELECT a.*, coalesce(a.session_id, 'event:' || a.native_id) AS session_key,
       epoch_us(a.event_time) // greatest(p.token_life_us, 1) AS bucket, coalesce(c.skew_us, p.skew_us) AS idp_skew_us
FROM w_auth AS a
CROSS JOIN param AS p
LEFT JOIN cfg_source AS c ON c.source_id = a.source_id
WHERE a.event_time >= auth_from() AND a.event_time < auth_to();
