-- Who decided it. Without a status, a time of decision means that it was approved.
SELECT r.record_no,
       COALESCE(nz(r.mapped['approval']), 'of ' || COALESCE(nz(r.mapped['id']), r.record_hash)) || '/decision' AS native_id,
       instant(r.mapped['approved_at'], r.options['times'], r.options['zone']) AS event_time,
       r.mapped['approved_at'] AS event_time_raw,
       COALESCE(nz(r.mapped['approval']), 'of ' || COALESCE(nz(r.mapped['id']), r.record_hash)) AS approval_id,
       CASE generic_status(r.mapped) WHEN 'expired' THEN 'unknown' ELSE generic_status(r.mapped) END AS status,
       nz(r.mapped['approver']) AS actor,
       norm_id(CASE WHEN contains(r.mapped['approver_email'], '@') THEN r.mapped['approver_email']
                    WHEN contains(r.mapped['approver'], '@') THEN r.mapped['approver'] END) AS actor_email,
       CASE WHEN COALESCE(nz(r.mapped['approver']), nz(r.mapped['approver_email'])) IS NOT NULL THEN 'person' END AS actor_kind
FROM record AS r
WHERE COALESCE(nz(r.mapped['approved_at']), nz(r.mapped['approver']), nz(r.mapped['approver_email'])) IS NOT NULL
