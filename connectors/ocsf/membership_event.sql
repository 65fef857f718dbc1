-- One row per user or group added to a group or removed from it (activities 3, 4, 7 and 8) that took effect.
SELECT r.record_no,
       nz(r.s.metadata.uid) AS native_id,
       ocsf_at(r.s) AS event_time,
       ocsf_said_at(r.s) AS event_time_raw,
       ocsf_issuer(r.s, r.s."user", r.issuer) AS issuer,
       COALESCE(nz(r.s."group".uid), norm_id(r.s."group".name)) AS group_id,
       nz(r.s."group".name) AS group_name,
       CASE WHEN r.s.activity_id IN ('7', '8') THEN 'group' WHEN ocsf_kind(r.s."user") = 'service' THEN 'service'
            ELSE 'person' END AS member_kind,
       CASE WHEN r.s.activity_id IN ('7', '8') THEN COALESCE(nz(r.s.subgroup.uid), norm_id(r.s.subgroup.name))
            ELSE ocsf_id(r.s."user") END AS member_id,
       CASE WHEN r.s.activity_id IN ('3', '4') THEN ocsf_name(r.s."user") END AS member_name,
       CASE WHEN r.s.activity_id IN ('3', '7') THEN 'add' ELSE 'remove' END AS operation,
       ocsf_id(r.s.actor."user") AS actor_id,
       ocsf_wrong(r.s) AS reject
FROM record AS r
WHERE r.s.class_uid = '3006' AND ocsf_of_member(r.s) AND ocsf_outcome(r.s) <> 'failure'
