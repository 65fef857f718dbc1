-- Authentications near the requests of these days. Each has the key of its session (its own id where it has none: an
-- event without a session counts as one) and a bucket of one token life, so that requests meet the events of their own
-- bucket and the ones beside it by equality; events in which no request of their person lies near are not even kept.
CREATE OR REPLACE TABLE w_near AS
SELECT DISTINCT i.person_id, epoch_us(x.event_time) // greatest(p.token_life_us, 1) + n.step AS bucket
FROM w_x AS x
INNER JOIN w_identity AS i ON i.interaction_id = x.interaction_id
CROSS JOIN param AS p
CROSS JOIN (VALUES (-1), (0), (1)) AS n (step)
WHERE i.person_id IS NOT NULL AND i.caller_class IN ('human_token', 'human_via_agent');
CREATE OR REPLACE TABLE w_auth_day AS
SELECT a.*, coalesce(a.session_id, 'event:' || a.native_id) AS session_key, n.bucket,
       coalesce(c.skew_us, p.skew_us) AS idp_skew_us
FROM w_auth AS a
CROSS JOIN param AS p
INNER JOIN w_near AS n
    ON n.person_id = a.person_id AND n.bucket = epoch_us(a.event_time) // greatest(p.token_life_us, 1)
LEFT JOIN cfg_source AS c ON c.source_id = a.source_id
WHERE a.event_time >= auth_from() AND a.event_time < auth_to();
