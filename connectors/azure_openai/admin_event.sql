-- One row per event of the category Audit: keys of the resource listed or renewed.
WITH event AS (
    SELECT r.record_no, r.s, TRY_CAST(COALESCE(r.s.properties ->> '$', '') AS JSON) AS p, TRY_CAST(r.s.identity ->> '$' AS JSON) AS i
    FROM record AS r WHERE r.s.category = 'Audit'
)
SELECT e.record_no,
       concat_ws('/', COALESCE(nz(e.s.correlationId), '-'), spelt(utc(e.s.time)), nz(e.s.operationName)) AS native_id,
       utc(e.s.time) AS event_time,
       e.s.time AS event_time_raw,
       norm_id(COALESCE(nz(e.p ->> '$.objectId'), nz(e.i ->> '$.claims.oid'), nz(e.i ->> '$.claims.upn'))) AS actor,
       CASE WHEN contains(e.i ->> '$.claims.upn', '@') THEN norm_id(e.i ->> '$.claims.upn') END AS actor_email,
       CASE WHEN regexp_matches(e.s.operationName, 'list|get|read', 'i') THEN 'read'
            WHEN regexp_matches(e.s.operationName, 'regenerat|update|set', 'i') THEN 'update'
            WHEN regexp_matches(e.s.operationName, 'creat', 'i') THEN 'create'
            WHEN regexp_matches(e.s.operationName, 'delet', 'i') THEN 'delete' ELSE 'other' END AS action,
       nz(e.s.operationName) AS object_type,
       nz(e.s.resourceId) AS object_id,
       CASE WHEN regexp_matches(COALESCE(nz(e.s.resultSignature), ''), '^2|^succ', 'i') THEN 'success'
            WHEN regexp_matches(COALESCE(nz(e.s.resultSignature), ''), '^[345]|^fail', 'i') THEN 'failure' ELSE 'unknown' END AS outcome
FROM event AS e
