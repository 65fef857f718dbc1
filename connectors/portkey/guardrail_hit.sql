-- A guardrail of the gateway that failed or changed a text: one row for each that the answer names. Where it names none, the
-- status says that there was one: it refused (446) or let pass (246), and an answer that was counted had been asked for.
WITH logged AS (
    SELECT r.record_no, r.s, r.s.response_status_code AS status, instant(r.s.created_at, r.options['times'], r.options['zone']) AS at
    FROM record AS r
), hook AS (
    SELECT l.*, 'input' AS direction, UNNEST(list_concat(portkey_hooks(l.s.response, 'start_hooks'),
                                                         portkey_hooks(l.s.response, 'before_request_hooks'))) AS h
    FROM logged AS l
    UNION ALL
    SELECT l.*, 'output', UNNEST(portkey_hooks(l.s.response, 'after_request_hooks')) FROM logged AS l
), hit AS (
    SELECT k.record_no, k.s, k.status, k.at, k.direction, COALESCE(nz(k.h.id), 'guardrail') AS rule_name,
           CASE WHEN k.h.verdict = 'false' AND (k.status = '446' OR 'true' IN (k.h.deny, k.h.softDeny200)) THEN 'blocked'
                WHEN k.h.verdict = 'false' THEN 'warned' ELSE 'masked' END AS action
    FROM hook AS k WHERE k.h.verdict = 'false' OR k.h.transformed = 'true'
    UNION ALL
    SELECT l.record_no, l.s, l.status, l.at,
           CASE WHEN l.status = '446' AND TRY_CAST(l.s.res_units AS BIGINT) > 0 THEN 'output' END, 'guardrail',
           CASE l.status WHEN '446' THEN 'blocked' ELSE 'warned' END
    FROM logged AS l WHERE l.status IN ('446', '246') AND NOT EXISTS (
        SELECT 1 FROM hook AS k WHERE k.record_no = l.record_no AND k.h.verdict = 'false')
)
SELECT h.record_no,
       h.s.id || '/' || row_number() OVER (PARTITION BY h.record_no ORDER BY h.direction, h.rule_name, h.action) AS native_id,
       row_number() OVER (PARTITION BY h.record_no ORDER BY h.direction, h.rule_name, h.action) - 1 AS ordinal,
       h.at AS event_time,
       h.s.created_at AS event_time_raw,
       h.s.id AS exchange_ref,
       h.rule_name,
       h.direction,
       h.action
FROM hit AS h
WHERE h.at IS NOT NULL
