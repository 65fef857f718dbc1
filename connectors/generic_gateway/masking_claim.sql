-- What the gateway counted in the answer, where a column says so.
SELECT r.record_no,
       COALESCE(nz(r.mapped['id']), r.record_hash) || '/*' AS native_id,
       instant(r.mapped['time'], r.options['times'], r.options['zone']) AS event_time,
       r.mapped['time'] AS event_time_raw,
       COALESCE(nz(r.mapped['id']), r.record_hash) AS exchange_ref,
       'exchange' AS scope,
       '*' AS entity_type,
       TRY_CAST(r.mapped['masked'] AS BIGINT) AS n_masked,
       TRY_CAST(r.mapped['masking_errors'] AS BIGINT) AS err_count,
       'output' AS direction,
       CASE WHEN nz(r.mapped['masked']) IS NOT NULL AND TRY_CAST(r.mapped['masked'] AS BIGINT) IS NULL
            THEN 'bad_number:columns.masked'
            WHEN nz(r.mapped['masking_errors']) IS NOT NULL AND TRY_CAST(r.mapped['masking_errors'] AS BIGINT) IS NULL
            THEN 'bad_number:columns.masking_errors' END AS reject
FROM record AS r
WHERE COALESCE(nz(r.mapped['masked']), nz(r.mapped['masking_errors'])) IS NOT NULL
