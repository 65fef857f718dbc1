-- A rule of the gateway that lets a group pass without approval explains a missing one, and is flagged, not forgiven: the
-- rule as last seen for the connection before the request (or first after), the requester in the mapped group then.
CREATE OR REPLACE TABLE w_skip_group AS
WITH rule AS (
    SELECT p.source_id, p.connection, p.event_time, ',' || p.groups_skip || ',' AS groups_skip
    FROM policy_snapshot AS p
    WHERE p.object_type = 'access_rule' AND p.groups_skip IS NOT NULL AND p.groups_skip <> ''
)
SELECT DISTINCT x.interaction_id
FROM w_x AS x
INNER JOIN w_identity AS i ON i.interaction_id = x.interaction_id
INNER JOIN rule AS r ON r.source_id = x.source_id AND (r.connection IS NULL OR r.connection = x.connection)
INNER JOIN cfg_group_map AS g
    ON contains(r.groups_skip, ',' || g.gateway_group || ',')
    AND g.valid_from <= x.event_time AND g.valid_to > x.event_time
INNER JOIN w_account_person AS a ON a.person_id = i.person_id
INNER JOIN w_membership AS m
    ON m.issuer = g.issuer AND m.group_id = lower(g.group_id) AND m.member_id = a.account_id AND m.state = 'in'
    AND m.valid_from <= x.event_time AND m.valid_to > x.event_time
ANTI JOIN w_approval_explicit AS e ON e.interaction_id = x.interaction_id;
