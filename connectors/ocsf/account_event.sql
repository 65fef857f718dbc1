-- One row per account created, enabled, disabled, deleted or renamed.
SELECT r.record_no,
       nz(r.s.metadata.uid) AS native_id,
       ocsf_at(r.s) AS event_time,
       ocsf_said_at(r.s) AS event_time_raw,
       ocsf_issuer(r.s, r.s."user", r.issuer) AS issuer,
       ocsf_id(r.s."user") AS account_id,
       CASE WHEN ocsf_change(r.s) = 'renamed' THEN ocsf_name(r.s.updated_user) ELSE ocsf_name(r.s."user") END AS account_name,
       ocsf_change(r.s) AS operation,
       CASE WHEN ocsf_change(r.s) = 'renamed' THEN ocsf_name(r.s."user") END AS old_name,
       ocsf_id(r.s.actor."user") AS actor_id,
       ocsf_wrong(r.s) AS reject
FROM record AS r
WHERE ocsf_change(r.s) IS NOT NULL AND ocsf_outcome(r.s) <> 'failure'
