-- The records that stand in the same files and could be read, with their instants.
CREATE OR REPLACE TABLE w_lost_beside AS
WITH near AS (
    SELECT s.* FROM w_record_seen AS s
    WHERE left(s.locator, 64) IN (SELECT l.file_sha256 FROM w_lost AS l)
)
SELECT n.source_id, record_part(n.locator) AS part, record_place(n.locator) AS place, n.record_hash,
       min(n.event_time) AS first_time, max(n.event_time) AS last_time
FROM near AS n
INNER JOIN (SELECT DISTINCT l.source_id, l.part FROM w_lost AS l) AS d
    ON d.source_id = n.source_id AND d.part = record_part(n.locator)
GROUP BY n.source_id, record_part(n.locator), record_place(n.locator), n.record_hash;
