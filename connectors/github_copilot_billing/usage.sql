-- One row per line of the bill. Quantities are decimal texts, some with the noise of floating point; they are rounded to
-- millionths as decimals, never through a float. Zero quantity with credits is use of an included model.
WITH line AS (
    SELECT r.record_no, r.s, r.issuer, COALESCE(naive_utc(r.s.date), date_trunc('day', utc(r.s."Timestamp"))) AS day_start,
           COALESCE(nz(r.s.date), r.s."Timestamp") AS raw_day,
           COALESCE(nz(r.s.username), nz(r.s."User")) AS login,
           COALESCE(nz(r.s.sku), 'copilot_premium_request') AS sku,
           COALESCE(nz(r.s.model), nz(json_extract_string(r.raw, '$.Model'))) AS model,
           COALESCE(nz(r.s.unit_type), 'requests') AS unit,
           COALESCE(nz(r.s.quantity), nz(r.s."Requests Used")) AS raw_quantity,
           TRY_CAST(COALESCE(nz(r.s.quantity), nz(r.s."Requests Used")) AS DECIMAL(18, 6)) AS quantity,
           TRY_CAST(COALESCE(nz(r.s.aic_quantity), '0') AS DECIMAL(18, 6)) AS credits
    FROM record AS r
)
SELECT b.record_no,
       concat_ws('/', b.raw_day, COALESCE(norm_id(b.login), '-'), b.sku, COALESCE(b.model, '-'), b.unit,
                 COALESCE(nz(b.s.organization), '-'), COALESCE(nz(b.s.repository), '-'),
                 COALESCE(nz(b.s.cost_center_name), '-')) AS native_id,
       b.day_start AS event_time,
       b.raw_day AS event_time_raw,
       b.day_start + INTERVAL 1 DAY AS end_time,
       'user_day' AS grain,
       CASE b.unit WHEN 'requests' THEN 'request' WHEN 'ai-credits' THEN 'credit' ELSE 'active_flag' END AS unit,
       TRY_CAST(b.quantity * 1000000 AS BIGINT) AS quantity_micro,
       b.quantity > 0 OR b.credits > 0 AS active,
       'github_login' AS user_alias_type,
       norm_id(b.login) AS user_alias,
       COALESCE(b.issuer, 'github.com') AS user_issuer,
       CASE WHEN b.login LIKE '%[bot]' THEN 'automation' WHEN b.login IS NULL THEN 'unknown' ELSE 'human' END AS actor_kind,
       b.sku AS surface,
       b.model,
       b.day_start + INTERVAL 3 DAY AS final_at,
       CASE WHEN b.quantity IS NULL THEN 'bad_number:quantity' WHEN b.quantity < 0 THEN 'negative:quantity'
            WHEN b.credits IS NULL THEN 'bad_number:aic_quantity' END AS reject
FROM line AS b
