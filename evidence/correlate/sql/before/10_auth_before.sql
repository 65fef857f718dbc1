-- The last authentication of each caller before the window of the first requests: all that a later request needs of the
-- time before. Found by plain maximum first, so that the wide rows of the other events are never sorted.
CREATE OR REPLACE TABLE w_auth_before AS
WITH last_time AS (
    SELECT a.person_no, max(a.event_time) AS event_time FROM w_auth AS a WHERE a.event_time < auth_from()
    GROUP BY a.person_no
), ranked AS (
    SELECT a.*, row_number() OVER (PARTITION BY a.person_no ORDER BY a.source_id, a.native_id, a.ordinal) AS nth
    FROM w_auth AS a
    INNER JOIN last_time AS l ON l.person_no = a.person_no AND l.event_time = a.event_time
    WHERE a.event_time < auth_from()
)
SELECT r.* EXCLUDE (nth) FROM ranked AS r WHERE r.nth = 1;
