-- The last authentication of each person and UTC day, which is all that a request needs of the days before its own
-- token life. Only persons that the gateway saw at all; ties end at the smallest key.
CREATE OR REPLACE TABLE w_auth_last AS
WITH last_time AS (
    SELECT a.person_id, date_trunc('day', a.event_time) AS day, max(a.event_time) AS event_time
    FROM w_auth AS a
    GROUP BY a.person_id, date_trunc('day', a.event_time)
), ranked AS (
    SELECT a.*, l.day, row_number() OVER (PARTITION BY a.person_id, l.day
                                          ORDER BY a.source_id, a.native_id, a.ordinal) AS nth
    FROM w_auth AS a
    INNER JOIN last_time AS l ON l.person_id = a.person_id AND l.event_time = a.event_time
)
SELECT r.* EXCLUDE (nth) FROM ranked AS r WHERE r.nth = 1;
