-- A rule of the gateway that lets the requester's group pass explains a missing approval; it is flagged, not forgiven.
-- Rules come from a source of their own and are tied by the connection they name; one that names none is of all
-- connections where there is but one gateway.
CREATE OR REPLACE TABLE w_skip_group AS
SELECT DISTINCT x.x_no
FROM w_x AS x
INNER JOIN w_identity AS i ON i.x_no = x.x_no
INNER JOIN w_skip_rule AS r
    ON r.person_no = i.person_no
    AND r.valid_from <= x.event_time AND r.valid_to > x.event_time
CROSS JOIN (SELECT count(DISTINCT w.source_id) AS gateways FROM w_stream AS w WHERE w.stream = 'exchange') AS g
WHERE (r.connection = x.connection OR r.connection IS NULL AND (r.source_id = x.source_id OR g.gateways = 1))
  AND x.x_no NOT IN (SELECT e.x_no FROM w_approval_explicit AS e);
