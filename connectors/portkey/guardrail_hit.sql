-- A guardrail of the gateway that failed or changed a text: one row for each that the answer names. Where it names none, the
-- status says that there was one: it refused (446) or let pass (246), and an answer that was counted had been asked for.
WITH logged AS (
    SELECT r.record_no, r.e, r.e.status AS status, instant(r.e.created_at, r.options['times'], r.options['zone']) AS at
    FROM record AS r
), hook AS (
    SELECT l.*, 'input' AS direction, UNNEST(list_concat(portkey_hooks(l.e.response, 'start_hooks'),
                                                         portkey_hooks(l.e.response, 'before_request_hooks'))) AS h
    FROM logged AS l
    UNION ALL
    SELECT l.*, 'output', UNNEST(portkey_hooks(l.e.response, 'after_request_hooks')) FROM logged AS l
), hit AS (
    SELECT k.record_no, k.e, k.status, k.at, k.direction, COALESCE(nz(k.h.id), 'guardrail') AS rule_name,
           CASE WHEN k.h.verdict = 'false' AND (k.status = '446' OR 'true' IN (k.h.deny, k.h.softDeny200)) THEN 'blocked'
                WHEN k.h.verdict = 'false' THEN 'warned' ELSE 'masked' END AS action
    FROM hook AS k WHERE k.h.verdict = 'false' OR k.h.transformed = 'true'
    UNION ALL
    SELECT l.record_no, l.e, l.status, l.at,
           CASE WHEN l.status = '446' AND l.e.res_units > 0 THEN 'output' END, 'guardrail',
           CASE l.status WHEN '446' THEN 'blocked' ELSE 'warned' END
    FROM logged AS l WHERE l.status IN ('446', '246') AND NOT EXISTS (
        SELECT 1 FROM hook AS k WHERE k.record_no = l.record_no AND k.h.verdict = 'false')
)
SELECT h.record_no,
       h.e.id || '/' || row_number() OVER (PARTITION BY h.record_no ORDER BY h.direction, h.rule_name, h.action) AS native_id,
       row_number() OVER (PARTITION BY h.record_no ORDER BY h.direction, h.rule_name, h.action) - 1 AS ordinal,
       h.at AS event_time,
       h.e.created_at AS event_time_raw,
       h.e.id AS exchange_ref,
       h.rule_name,
       h.direction,
       h.action
FROM hit AS h
WHERE h.at IS NOT NULL
