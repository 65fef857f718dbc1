-- One row per change. Times of the table are UTC without saying so. Who acted by a key alone is named by that key's hash.
SELECT r.record_no,
       r.s.id AS native_id,
       naive_utc(r.s.updated_at) AS event_time,
       r.s.updated_at AS event_time_raw,
       COALESCE(nz(r.s.changed_by), 'key-' || left(sha256(nz(r.s.changed_by_api_key)), 12)) AS actor,
       CASE WHEN contains(r.s.changed_by, '@') THEN norm_id(r.s.changed_by) END AS actor_email,
       CASE lower(r.s.action) WHEN 'created' THEN 'create' WHEN 'updated' THEN 'update' WHEN 'deleted' THEN 'delete'
            WHEN 'blocked' THEN 'disable' WHEN 'unblocked' THEN 'enable' ELSE 'other' END AS action,
       nz(r.s.table_name) AS object_type,
       CASE WHEN r.s.table_name ILIKE '%VerificationToken%' THEN 'key-' || left(sha256(nz(r.s.object_id)), 12)
            ELSE nz(r.s.object_id) END AS object_id,
       'success' AS outcome
FROM record AS r
