-- What stands in the files that lost something, in its order: records with their instants, and losses without.
CREATE OR REPLACE TABLE w_unread AS
SELECT e.source_id, e.part, e.place, e.first_time, e.last_time
FROM (
    SELECT b.source_id, b.part, b.place, b.first_time, b.last_time FROM w_lost_beside AS b
    UNION ALL
    SELECT l.source_id, l.part, l.place, NULL, NULL FROM w_lost AS l
) AS e
ANTI JOIN w_lost_copy AS c ON c.source_id = e.source_id AND c.part = e.part;
