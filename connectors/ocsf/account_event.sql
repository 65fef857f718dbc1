-- One row per account created, enabled, disabled or deleted.
SELECT r.record_no,
       nz(r.s.metadata.uid) AS native_id,
       ocsf_at(r.s) AS event_time,
       ocsf_said_at(r.s) AS event_time_raw,
       ocsf_issuer(r.s, r.s."user", r.issuer) AS issuer,
       ocsf_id(r.s."user") AS account_id,
       ocsf_name(r.s."user") AS account_name,
       ocsf_change(r.s) AS operation,
       ocsf_id(r.s.actor."user") AS actor_id,
       ocsf_wrong(r.s) AS reject
FROM record AS r
WHERE r.s.class_uid = '3001' AND ocsf_change(r.s) IS NOT NULL AND ocsf_outcome(r.s) <> 'failure'
