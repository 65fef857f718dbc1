-- A rule of the gateway that lets the requester's group pass explains a missing approval; it is flagged, not forgiven.
CREATE OR REPLACE TABLE w_skip_group AS
SELECT DISTINCT x.interaction_id
FROM w_x AS x
INNER JOIN w_identity AS i ON i.interaction_id = x.interaction_id
INNER JOIN w_skip_rule AS r
    ON r.person_id = i.person_id AND r.source_id = x.source_id
    AND r.valid_from <= x.event_time AND r.valid_to > x.event_time
WHERE (r.connection IS NULL OR r.connection = x.connection)
  AND x.interaction_id NOT IN (SELECT e.interaction_id FROM w_approval_explicit AS e);
