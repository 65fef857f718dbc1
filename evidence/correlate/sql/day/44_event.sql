-- The events that carry a request, whole: those found by time, by age and by id. Of the others only the last of each
-- caller is kept, for the requests of the days after.
CREATE OR REPLACE TABLE w_need AS
SELECT t.person_no, t.auth_time FROM w_by_time AS t
UNION
SELECT o.person_no, o.auth_time FROM w_by_older AS o
UNION
SELECT a.person_no, max(a.event_time)
FROM w_auth_time AS a CROSS JOIN param AS p
WHERE a.event_time < plus_us(p.day_to, -2 * p.token_life_us) GROUP BY a.person_no;
CREATE OR REPLACE TABLE w_event_seen AS
SELECT row_number() OVER () AS seen_no, e.*
FROM (
    SELECT a.*, CAST(NULL AS BIGINT) AS named_no
    FROM w_auth AS a
    INNER JOIN w_need AS n ON n.person_no = a.person_no AND n.auth_time = a.event_time
    WHERE a.event_time >= auth_from() AND a.event_time < auth_to()
    UNION ALL
    SELECT b.*, NULL FROM w_auth_before AS b
    UNION ALL
    SELECT d.* EXCLUDE (named_no, token_id, token_expires_at, begins_session), d.named_no
    FROM w_named_auth AS d INNER JOIN (SELECT DISTINCT k.named_no FROM w_by_id AS k) AS k ON k.named_no = d.named_no
) AS e;
CREATE OR REPLACE TABLE w_auth_before AS
WITH ranked AS (
    SELECT s.seen_no, row_number() OVER (PARTITION BY s.person_no
                                         ORDER BY s.event_time DESC, s.source_id, s.native_id, s.ordinal) AS nth
    FROM w_event_seen AS s CROSS JOIN param AS p
    WHERE s.named_no IS NULL AND s.event_time < plus_us(p.day_to, -2 * p.token_life_us)
)
SELECT s.* EXCLUDE (seen_no, named_no)
FROM w_event_seen AS s INNER JOIN ranked AS r ON r.seen_no = s.seen_no AND r.nth = 1;
