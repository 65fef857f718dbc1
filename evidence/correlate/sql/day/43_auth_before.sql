-- The last authentication of each person before this day: what was known the day before, and the days in between.
CREATE OR REPLACE TABLE w_auth_before AS
WITH known AS (
    SELECT b.* FROM w_auth_before AS b
    UNION ALL
    SELECT l.* EXCLUDE (day) FROM w_auth_last AS l WHERE l.day >= day_before() AND l.day < day_from()
), ranked AS (
    SELECT k.*, row_number() OVER (PARTITION BY k.person_id
                                   ORDER BY k.event_time DESC, k.source_id, k.native_id, k.ordinal) AS nth
    FROM known AS k
)
SELECT r.* EXCLUDE (nth) FROM ranked AS r WHERE r.nth = 1;
