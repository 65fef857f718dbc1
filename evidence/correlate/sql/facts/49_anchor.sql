-- The instants that anchors name, each once: the earliest record of that id in its source. A pair of which an event is
-- in no record stays, without a difference.
CREATE OR REPLACE TABLE w_anchor AS
WITH event AS (
    SELECT x.source_id, x.native_id, x.event_time FROM exchange AS x
    UNION ALL SELECT s.source_id, s.native_id, s.event_time FROM session AS s
    UNION ALL SELECT i.source_id, i.native_id, i.event_time FROM sign_in AS i
    UNION ALL SELECT u.source_id, u.native_id, u.event_time FROM usage AS u WHERE u.grain = 'request'
    UNION ALL SELECT a.source_id, a.native_id, a.event_time FROM approval AS a
    UNION ALL SELECT d.source_id, d.native_id, d.event_time FROM approval_decision AS d
    UNION ALL SELECT m.source_id, m.native_id, m.event_time FROM membership_event AS m
    UNION ALL SELECT c.source_id, c.native_id, c.event_time FROM account_event AS c
    UNION ALL SELECT e.source_id, e.native_id, e.event_time FROM admin_event AS e
), wanted AS (
    SELECT c.source_id, c.event_id AS native_id FROM cfg_anchor AS c WHERE c.event_id IS NOT NULL
    UNION SELECT c.reference_source, c.reference_event FROM cfg_anchor AS c WHERE c.reference_event IS NOT NULL
), found AS (
    SELECT w.source_id, w.native_id, min(e.event_time) AS event_time
    FROM wanted AS w INNER JOIN event AS e ON e.source_id = w.source_id AND e.native_id = w.native_id
    GROUP BY w.source_id, w.native_id
)
SELECT c.anchor, c.source_id, c.reference_source, c.event_id IS NOT NULL AS is_pair,
       CASE WHEN c.event_id IS NULL THEN c.offset_us ELSE us_from_to(r.event_time, f.event_time) END AS delta_us
FROM cfg_anchor AS c
LEFT JOIN found AS f ON f.source_id = c.source_id AND f.native_id = c.event_id
LEFT JOIN found AS r ON r.source_id = c.reference_source AND r.native_id = c.reference_event;
