-- One row per deed of an administrator, failed ones too. The object is the group, rule, policy or application among the
-- targets, else whatever is no user, else the user; the event's name says what was done to it.
WITH deed AS (
    SELECT r.record_no, r.s, split_part(replace(r.s.eventType, '.completed', ''), '.', -1) AS verb
    FROM record AS r
    WHERE r.deed
)
SELECT d.record_no,
       nz(d.s.uuid) AS native_id,
       utc(d.s.published) AS event_time,
       d.s.published AS event_time_raw,
       nz(d.s.actor.id) AS actor,
       CASE WHEN contains(d.s.actor.alternateId, '@') THEN norm_id(d.s.actor.alternateId) END AS actor_email,
       action_of(d.verb) AS action,
       d.s.eventType AS object_type,
       COALESCE(nz((okta_target(d.s.target, 'UserGroup')).id), nz((okta_target(d.s.target, 'PolicyRule')).id),
                nz((okta_target(d.s.target, 'PolicyEntity')).id), nz((okta_target(d.s.target, 'AppInstance')).id),
                nz((list_filter(d.s.target, lambda t: t.type NOT IN ('User', 'AppUser'))[1]).id),
                nz((okta_target(d.s.target, 'User')).id)) AS object_id,
       CASE WHEN d.s.outcome.result IN ('SUCCESS', 'ALLOW') THEN 'success'
            WHEN d.s.outcome.result IN ('FAILURE', 'DENY', 'RATE_LIMIT') THEN 'failure' ELSE 'unknown' END AS outcome,
       bare_ip(d.s.client.ipAddress) AS client_ip
FROM deed AS d
