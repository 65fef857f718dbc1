-- One row per API activity, per change of an entity or role or of what a user may do, and per change of a group or account
-- that is none of its members or of its state, or failed. The object is whom or what was changed, and what was given.
WITH event AS (
    SELECT r.record_no, r.s, COALESCE(nz(r.s.activity_name), nz(r.s.type_name)) AS done FROM record AS r
)
SELECT r.record_no,
       nz(r.s.metadata.uid) AS native_id,
       ocsf_at(r.s) AS event_time,
       ocsf_said_at(r.s) AS event_time_raw,
       COALESCE(nz(r.s.actor."user".uid), ocsf_name(r.s.actor."user"), nz(r.s.actor.app_name)) AS actor,
       CASE WHEN contains(ocsf_name(r.s.actor."user"), '@') THEN ocsf_name(r.s.actor."user") END AS actor_email,
       CASE WHEN r.s.class_uid IN ('3004', '6003') THEN CASE r.s.activity_id WHEN '1' THEN 'create' WHEN '2' THEN 'read' WHEN '3' THEN 'update'
                WHEN '4' THEN 'delete' ELSE 'other' END
            WHEN regexp_matches(r.done, 'create|add|attach|assign', 'i') THEN 'create'
            WHEN regexp_matches(r.done, 'delete|remove|detach', 'i') THEN 'delete'
            WHEN regexp_matches(r.done, 'revoke', 'i') THEN 'revoke'
            WHEN regexp_matches(r.done, 'enable|unlock', 'i') THEN 'enable'
            WHEN regexp_matches(r.done, 'disable|lock', 'i') THEN 'disable'
            WHEN regexp_matches(r.done, 'change|reset|update', 'i') THEN 'update' ELSE 'other' END AS action,
       COALESCE(nz(r.s.api.operation), nz(r.s.metadata.event_code), r.done) AS object_type,
       CASE WHEN r.s.class_uid IN ('3005', '3007', '3008') THEN concat_ws(' ', ocsf_id(r.s."user"), ocsf_given(r.s))
            ELSE COALESCE(nz(r.s.entity.uid), nz(r.s.entity.name), nz(r.s.resources[1].uid), nz(r.s.resources[1].name),
                nz(r.s."group".uid), nz(r.s."group".name), ocsf_id(r.s."user"), nz(r.s.dst_endpoint.svc_name)) END AS object_id,
       ocsf_outcome(r.s) AS outcome,
       bare_ip(r.s.src_endpoint.ip) AS client_ip,
       ocsf_wrong(r.s) AS reject
FROM event AS r
WHERE r.s.class_uid IN ('3004', '3005', '3008', '6003') OR ocsf_outcome(r.s) = 'failure' AND r.s.class_uid <> '3002'
   OR r.s.class_uid = '3006' AND NOT ocsf_of_member(r.s) OR r.s.class_uid IN ('3001', '3007') AND ocsf_change(r.s) IS NULL
