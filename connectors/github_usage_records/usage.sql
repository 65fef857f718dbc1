-- One row per request to a model. Request and response carry the same id and become one row: the request has quantity 1
-- and is kept, the response says none. Two requests under one id count as one, since the id stands for the group.
WITH sent AS (
    SELECT r.record_no, r.s, r.issuer, epoch_ms_utc(r.s."@timestamp") AS at, r.s.type = 'request' AS asks,
           r.s.truncated = 'true' AS cut, p.model, p.prompt
    FROM record AS r
    LEFT JOIN part AS p ON p.record_no = r.record_no
)
SELECT t.record_no,
       t.s.github_request_id AS native_id,
       t.at AS event_time,
       t.s."@timestamp" AS event_time_raw,
       'request' AS grain,
       'request' AS unit,
       CASE WHEN t.asks THEN 1000000 END AS quantity_micro,
       true AS active,
       'github_id' AS user_alias_type,
       nz(t.s.user_id) AS user_alias,
       COALESCE(t.issuer, 'github.com') AS user_issuer,
       CASE WHEN nz(t.s.user_id) IS NULL THEN 'unknown' ELSE 'human' END AS actor_kind,
       COALESCE(nz(t.s.endpoint), 'unnamed') AS surface,
       CASE WHEN t.asks THEN nz(t.model) END AS model,
       t.s.github_request_id AS provider_request_id,
       CASE WHEN t.asks AND COALESCE(NOT t.cut, true) AND t.prompt <> '' THEN norm_sha256(t.prompt) END AS prompt_norm_sha256,
       COALESCE(t.cut, false) AS truncated,
       t.at + INTERVAL 1 DAY AS final_at,
       CASE WHEN t.s.type NOT IN ('request', 'response') THEN 'unknown_type' END AS reject
FROM sent AS t
