-- One row per call. Its start is in ticks of 100 ns since the year 1; where that is missing, the time of the record.
WITH call AS (
    SELECT r.record_no, r.s, r.issuer, TRY_CAST(COALESCE(r.s.properties ->> '$', '') AS JSON) AS p
    FROM record AS r WHERE r.s.category = 'RequestResponse'
), timed AS (
    SELECT c.*, nz(c.p ->> '$.requestTime') AS ticks, ticks_utc(c.p ->> '$.requestTime') AS started,
           nz(c.p ->> '$.objectId') AS oid
    FROM call AS c
)
SELECT t.record_no,
       concat_ws('/', COALESCE(nz(t.s.correlationId), '-'), COALESCE(t.ticks, spelt(utc(t.s.time))), nz(t.s.operationName)) AS native_id,
       COALESCE(t.started, utc(t.s.time)) AS event_time,
       COALESCE(t.ticks, t.s.time) AS event_time_raw,
       'request' AS grain,
       'request' AS unit,
       1000000 AS quantity_micro,
       true AS active,
       'oid' AS user_alias_type,
       norm_id(t.oid) AS user_alias,
       t.issuer AS user_issuer,
       'unknown' AS actor_kind,
       COALESCE(nz(t.p ->> '$.modelDeploymentName'), nz(t.s.operationName), 'unnamed') AS surface,
       nz(t.p ->> '$.modelName') AS model,
       nz(t.s.correlationId) AS provider_request_id,
       utc(t.s.time) + INTERVAL 1 DAY AS final_at,
       CASE WHEN COALESCE(json_type(t.p) <> 'OBJECT', true) THEN 'bad_json:properties' END AS reject
FROM timed AS t
