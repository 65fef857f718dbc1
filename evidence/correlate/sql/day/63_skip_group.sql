-- A rule of the gateway that lets the requester's group pass explains a missing approval; it is flagged, not forgiven.
CREATE OR REPLACE TABLE w_skip_group AS
SELECT DISTINCT x.x_no
FROM w_x AS x
INNER JOIN w_identity AS i ON i.x_no = x.x_no
INNER JOIN w_skip_rule AS r
    ON r.person_no = i.person_no AND r.source_id = x.source_id
    AND r.valid_from <= x.event_time AND r.valid_to > x.event_time
WHERE (r.connection IS NULL OR r.connection = x.connection)
  AND x.x_no NOT IN (SELECT e.x_no FROM w_approval_explicit AS e);
