-- One row per change in the directory, failed ones too, but for what people do to their own account. The last word of the
-- event's type says what was done; of an association, its operation.
WITH deed AS (
    SELECT r.record_no, r.s, CASE WHEN r.s.event_type = 'association_change' THEN r.s.association.op
        ELSE regexp_extract(r.s.event_type, '[a-z]+$') END AS verb
    FROM record AS r
    WHERE r.deed
)
SELECT d.record_no,
       nz(d.s.id) AS native_id,
       utc(d.s.timestamp) AS event_time,
       d.s.timestamp AS event_time_raw,
       nz(d.s.initiated_by.id) AS actor,
       CASE WHEN contains(d.s.initiated_by.email, '@') THEN norm_id(d.s.initiated_by.email) END AS actor_email,
       action_of(d.verb) AS action,
       d.s.event_type AS object_type,
       COALESCE(norm_id((jumpcloud_side(d.s, 'user_group')).object_id), norm_id(d.s.resource.id),
                norm_id(d.s.application.id), norm_id(d.s.association.connection."from".object_id)) AS object_id,
       CASE d.s.success WHEN 'true' THEN 'success' WHEN 'false' THEN 'failure' ELSE 'unknown' END AS outcome,
       bare_ip(d.s.client_ip) AS client_ip
FROM deed AS d
