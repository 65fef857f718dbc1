-- The approval that stands in the record of its request, where a column names one or when it was decided.
WITH asked AS (
    SELECT r.record_no, r.mapped AS m, r.options['connection'] AS connection, COALESCE(nz(r.mapped['id']), r.record_hash) AS request,
           instant(r.mapped['time'], r.options['times'], r.options['zone']) AS at,
           instant(r.mapped['approved_at'], r.options['times'], r.options['zone']) AS approved_at,
           instant(r.mapped['approval_expires'], r.options['times'], r.options['zone']) AS expires_at
    FROM record AS r
    WHERE COALESCE(nz(r.mapped['approval']), nz(r.mapped['approved_at']), nz(r.mapped['approval_status'])) IS NOT NULL
)
SELECT a.record_no,
       COALESCE(nz(a.m['approval']), 'of ' || a.request) AS native_id,
       COALESCE(a.approved_at, a.at) AS event_time,
       COALESCE(nz(a.m['approved_at']), a.m['time']) AS event_time_raw,
       a.request AS exchange_ref,
       nz(a.m['user']) AS requester,
       CASE WHEN contains(a.m['user_email'], '@') THEN norm_id(a.m['user_email']) END AS requester_email,
       COALESCE(nz(a.m['connection']), a.connection) AS connection,
       'external' AS approval_kind,
       generic_status(a.m) AS status,
       a.expires_at AS expires_at,
       CASE WHEN nz(a.m['approved_at']) IS NOT NULL AND a.approved_at IS NULL
            THEN 'bad_timestamp:columns.approved_at' END AS reject
FROM asked AS a
