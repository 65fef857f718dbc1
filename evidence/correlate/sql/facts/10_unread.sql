-- Where a record stands that could not be read: its file or member, its place in it, and what is known of the records
-- around it. A file all of whose readable records stand in another file, which has more of them and lost none, is a
-- damaged copy: the other one answers for it.
CREATE OR REPLACE TABLE w_unread AS
WITH lost AS (
    SELECT DISTINCT r.source_id, regexp_replace(r.locator, '#[^#]*$', '') AS part,
           CASE WHEN r.locator LIKE '%#-1' THEN 9223372036854775807
                ELSE CAST(regexp_extract(r.locator, '#([0-9]+)$', 1) AS BIGINT) END AS place
    FROM reject AS r
    WHERE regexp_matches(r.locator, '#(-1|[0-9]+)$')
), damaged AS (
    SELECT l.source_id, l.part, count(*) AS records_lost FROM lost AS l GROUP BY l.source_id, l.part
), seen AS (
    SELECT s.source_id, s.part, s.place, s.record_hash, min(s.event_time) AS first_time, max(s.event_time) AS last_time
    FROM w_record_seen AS s
    INNER JOIN damaged AS d ON d.source_id = s.source_id AND d.part = s.part
    GROUP BY s.source_id, s.part, s.place, s.record_hash
), readable AS (
    SELECT s.source_id, s.part, count(DISTINCT s.record_hash) AS records FROM seen AS s GROUP BY s.source_id, s.part
), again AS (
    SELECT s.source_id, s.part, o.part AS other, count(DISTINCT s.record_hash) AS records
    FROM seen AS s
    INNER JOIN w_record_seen AS o
        ON o.source_id = s.source_id AND o.record_hash = s.record_hash AND o.part <> s.part
    GROUP BY s.source_id, s.part, o.part
), more AS (
    SELECT a.source_id, a.part, a.other, count(DISTINCT o.record_hash) AS records
    FROM again AS a
    INNER JOIN readable AS r ON r.source_id = a.source_id AND r.part = a.part AND r.records = a.records
    INNER JOIN w_record_seen AS o ON o.source_id = a.source_id AND o.part = a.other
    ANTI JOIN damaged AS d ON d.source_id = a.source_id AND d.part = a.other
    GROUP BY a.source_id, a.part, a.other
), whole_copy AS (
    SELECT DISTINCT m.source_id, m.part
    FROM more AS m
    INNER JOIN readable AS r ON r.source_id = m.source_id AND r.part = m.part
    INNER JOIN damaged AS d ON d.source_id = m.source_id AND d.part = m.part
    WHERE m.records >= r.records + d.records_lost
)
SELECT e.source_id, e.part, e.place, e.first_time, e.last_time
FROM (
    SELECT s.source_id, s.part, s.place, s.first_time, s.last_time FROM seen AS s
    UNION ALL
    SELECT l.source_id, l.part, l.place, NULL, NULL FROM lost AS l
) AS e
ANTI JOIN whole_copy AS w ON w.source_id = e.source_id AND w.part = e.part;
