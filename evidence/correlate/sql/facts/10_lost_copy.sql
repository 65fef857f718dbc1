-- A file all of whose readable records stand in another file, which has more of them and lost none, is a damaged copy:
-- the other one answers for it.
CREATE OR REPLACE TABLE w_lost_copy AS
WITH readable AS (
    SELECT b.source_id, b.part, count(DISTINCT b.record_hash) AS records FROM w_lost_beside AS b
    GROUP BY b.source_id, b.part
), lost AS (
    SELECT l.source_id, l.part, count(*) AS records FROM w_lost AS l GROUP BY l.source_id, l.part
), again AS (
    SELECT b.source_id, b.part, record_part(s.locator) AS other, count(DISTINCT b.record_hash) AS records
    FROM w_record_seen AS s
    INNER JOIN w_lost_beside AS b ON b.record_hash = s.record_hash AND b.source_id = s.source_id
    GROUP BY b.source_id, b.part, record_part(s.locator)
), whole AS (
    SELECT a.source_id, a.part, a.other, r.records
    FROM again AS a
    INNER JOIN readable AS r ON r.source_id = a.source_id AND r.part = a.part AND r.records = a.records
    ANTI JOIN lost AS l ON l.source_id = a.source_id AND l.part = a.other
), size AS (
    SELECT s.source_id, record_part(s.locator) AS part, count(DISTINCT s.record_hash) AS records
    FROM w_record_seen AS s
    WHERE left(s.locator, 64) IN (SELECT left(w.other, 64) FROM whole AS w)
    GROUP BY s.source_id, record_part(s.locator)
)
SELECT DISTINCT w.source_id, w.part
FROM whole AS w
INNER JOIN size AS z ON z.source_id = w.source_id AND z.part = w.other
INNER JOIN lost AS l ON l.source_id = w.source_id AND l.part = w.part
WHERE z.records >= w.records + l.records;
