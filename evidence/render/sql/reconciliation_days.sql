-- Per UTC day: what the vendor counted and what became of it, beside what the gateway and the identity provider saw.
WITH days AS (
    SELECT unnest(generate_series(date_trunc('day', period_from), period_to - INTERVAL 1 MICROSECOND, INTERVAL 1 DAY)) AS day
    FROM param
),
usages AS (
    SELECT
        date_trunc('day', event_time) AS day,
        count(*) AS usage_rows,
        count(*) FILTER (WHERE verdict LIKE 'MATCHED%' OR verdict IN ('COVERED_BY_SESSION', 'PRESENT_BOTH')) AS matched,
        count(*) FILTER (WHERE verdict LIKE 'UNGATED%' AND grade IN ('A', 'B')) AS bypass,
        count(*) FILTER (WHERE verdict LIKE 'UNGATED%' AND coalesce(grade, 'D') NOT IN ('A', 'B')) AS hint,
        count(*) FILTER (WHERE verdict IN ('AMBIGUOUS_IDENTITY', 'UNRESOLVED_IDENTITY')) AS identity_open,
        count(*) FILTER (WHERE verdict IN ('OUT_OF_SCOPE', 'NOT_OBSERVABLE')) AS outside,
        count(*) FILTER (WHERE verdict IN ('USAGE_SOURCE_GAP', 'NOT_ASSESSABLE', 'PENDING')) AS not_assessable
    FROM reconciliation
    GROUP BY ALL
),
gateway AS (
    SELECT date_trunc('day', event_time) AS day, count(*) AS interactions
    FROM chain
    WHERE interaction_kind <> 'usage_request'
    GROUP BY ALL
),
idp AS (SELECT date_trunc('day', event_time) AS day, count(*) AS sign_ins FROM sign_in GROUP BY ALL)
SELECT
    d.day, coalesce(g.interactions, 0) AS interactions, coalesce(i.sign_ins, 0) AS sign_ins,
    coalesce(u.usage_rows, 0) AS usage_rows, coalesce(u.matched, 0) AS matched, coalesce(u.bypass, 0) AS bypass,
    coalesce(u.hint, 0) AS hint, coalesce(u.identity_open, 0) AS identity_open, coalesce(u.outside, 0) AS outside,
    coalesce(u.not_assessable, 0) AS not_assessable
FROM days AS d
LEFT JOIN usages AS u ON u.day = d.day
LEFT JOIN gateway AS g ON g.day = d.day
LEFT JOIN idp AS i ON i.day = d.day
ORDER BY d.day
