-- The requests of people who sign in, and when each caller authenticated around these days: two numbers an event, since
-- nearly all of them carry no request. The life of a token is what it claims, else the configured one.
CREATE OR REPLACE TABLE w_asked AS
SELECT x.x_no, x.event_time, i.person_no, x.skew_us,
       least(coalesce(us_from_to(x.token_issued_at, x.token_expires_at), p.token_life_us), p.token_life_us) AS life_us,
       greatest(p.token_life_us, 1) AS bucket_us
FROM w_x AS x
INNER JOIN w_identity AS i ON i.x_no = x.x_no AND i.signs_in
CROSS JOIN param AS p;
CREATE OR REPLACE TABLE w_auth_time AS
SELECT a.person_no, a.event_time, coalesce(c.skew_us, p.skew_us) AS skew_us,
       epoch_us(a.event_time) // greatest(p.token_life_us, 1) AS bucket
FROM w_auth AS a
CROSS JOIN param AS p
LEFT JOIN cfg_source AS c ON c.source_id = a.source_id
WHERE a.event_time >= auth_from() AND a.event_time < auth_to();
