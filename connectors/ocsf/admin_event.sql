-- One row per API activity, and per change of a group or account that is none of its members or of its state, or failed.
SELECT r.record_no,
       nz(r.s.metadata.uid) AS native_id,
       ocsf_at(r.s) AS event_time,
       ocsf_said_at(r.s) AS event_time_raw,
       COALESCE(nz(r.s.actor."user".uid), ocsf_name(r.s.actor."user"), nz(r.s.actor.app_name)) AS actor,
       CASE WHEN contains(ocsf_name(r.s.actor."user"), '@') THEN ocsf_name(r.s.actor."user") END AS actor_email,
       CASE WHEN r.s.class_uid = '6003' THEN CASE r.s.activity_id WHEN '1' THEN 'create' WHEN '2' THEN 'read' WHEN '3' THEN 'update'
                WHEN '4' THEN 'delete' ELSE 'other' END
            WHEN regexp_matches(r.s.activity_name, 'create|add|attach|assign', 'i') THEN 'create'
            WHEN regexp_matches(r.s.activity_name, 'delete|remove|detach', 'i') THEN 'delete'
            WHEN regexp_matches(r.s.activity_name, 'revoke', 'i') THEN 'revoke'
            WHEN regexp_matches(r.s.activity_name, 'enable|unlock', 'i') THEN 'enable'
            WHEN regexp_matches(r.s.activity_name, 'disable|lock', 'i') THEN 'disable'
            WHEN regexp_matches(r.s.activity_name, 'change|reset|update', 'i') THEN 'update' ELSE 'other' END AS action,
       COALESCE(nz(r.s.api.operation), nz(r.s.metadata.event_code), nz(r.s.activity_name)) AS object_type,
       COALESCE(nz(r.s.resources[1].uid), nz(r.s.resources[1].name), nz(r.s."group".uid), nz(r.s."group".name),
                ocsf_id(r.s."user"), nz(r.s.dst_endpoint.svc_name)) AS object_id,
       ocsf_outcome(r.s) AS outcome,
       bare_ip(r.s.src_endpoint.ip) AS client_ip,
       ocsf_wrong(r.s) AS reject
FROM record AS r
WHERE r.s.class_uid = '6003' OR ocsf_outcome(r.s) = 'failure' AND r.s.class_uid <> '3002'
   OR r.s.class_uid = '3006' AND NOT ocsf_of_member(r.s) OR r.s.class_uid = '3001' AND ocsf_change(r.s) IS NULL
