-- Clock of each source against each gateway, from pairs that an exact id ties together: a token's issue as logged by
-- the identity provider and as claimed in the token; a request as the vendor and as the gateway logged it. Without
-- such pairs it is not evidenced, and the configured tolerance is what holds.
INSERT INTO skew
WITH pair AS (
    SELECT s.source_id, x.source_id AS reference_source, us_from_to(x.token_issued_at, s.event_time) AS delta_us
    FROM exchange AS x
    INNER JOIN sign_in AS s ON s.token_id = x.token_id
    WHERE x.token_id IS NOT NULL AND x.token_issued_at IS NOT NULL
    UNION ALL
    SELECT u.source_id, x.source_id, us_from_to(x.event_time, u.event_time)
    FROM exchange AS x
    INNER JOIN usage AS u ON u.provider_request_id = x.provider_request_id AND u.grain = 'request'
    WHERE x.provider_request_id IS NOT NULL
), ordered AS (
    SELECT p.*, count(*) OVER g AS pairs, row_number() OVER (g ORDER BY p.delta_us) AS nth,
           row_number() OVER (g ORDER BY abs(p.delta_us)) AS nth_abs
    FROM pair AS p
    WINDOW g AS (PARTITION BY p.source_id, p.reference_source)
), measured AS (
    SELECT o.source_id, o.reference_source, max(o.pairs) AS pairs,
           max(o.delta_us) FILTER (WHERE o.nth = (o.pairs + 1) // 2) AS median_us,
           max(abs(o.delta_us)) FILTER (WHERE o.nth_abs = (99 * o.pairs + 99) // 100) AS p99_abs_us
    FROM ordered AS o
    GROUP BY o.source_id, o.reference_source
)
SELECT s.source_id, g.source_id AS reference_source,
       CASE WHEN m.pairs IS NULL THEN 'not_evidenced' ELSE 'exact_pairs' END AS method,
       coalesce(m.pairs, 0) AS pairs, m.median_us, m.p99_abs_us, s.skew_us AS tolerance_us
FROM cfg_source AS s
INNER JOIN (SELECT DISTINCT w.source_id FROM w_stream AS w WHERE w.stream = 'exchange') AS g
    ON g.source_id <> s.source_id
LEFT JOIN measured AS m ON m.source_id = s.source_id AND m.reference_source = g.source_id
WHERE s.role IN ('idp', 'copilot', 'approvals');
