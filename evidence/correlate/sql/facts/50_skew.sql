-- Clock of each source against each gateway, from pairs that an exact id ties together: a token's issue as logged by
-- the identity provider and as claimed in the token; a request as the vendor and as the gateway logged it. Where there
-- are none, from the pairs of declared anchors; else the declared offset farthest off. Without any of them it is
-- not evidenced, and the configured tolerance is what holds.
INSERT INTO skew
WITH pair AS (
    SELECT s.source_id, x.source_id AS reference_source, us_from_to(x.token_issued_at, s.event_time) AS delta_us,
           1 AS basis
    FROM exchange AS x
    INNER JOIN sign_in AS s ON s.token_id = x.token_id
    WHERE x.token_id IS NOT NULL AND x.token_issued_at IS NOT NULL
    UNION ALL
    SELECT s.source_id, x.source_id, us_from_to(x.token_issued_at, s.event_time), 1
    FROM exchange AS x
    INNER JOIN sign_in AS s ON s.token_id = token_guid(x.token_id)
    WHERE token_guid(x.token_id) IS NOT NULL AND x.token_issued_at IS NOT NULL
    UNION ALL
    SELECT u.source_id, x.source_id, us_from_to(x.event_time, u.event_time), 1
    FROM exchange AS x
    INNER JOIN usage AS u ON u.provider_request_id = x.provider_request_id AND u.grain = 'request'
    WHERE x.provider_request_id IS NOT NULL
    UNION ALL
    SELECT a.source_id, a.reference_source, a.delta_us, CASE WHEN a.is_pair THEN 2 ELSE 3 END
    FROM w_anchor AS a WHERE a.delta_us IS NOT NULL
), best AS (
    SELECT p.*, min(p.basis) OVER (PARTITION BY p.source_id, p.reference_source) AS best_basis FROM pair AS p
), ordered AS (
    SELECT p.*, count(*) OVER g AS pairs, row_number() OVER (g ORDER BY p.delta_us) AS nth,
           row_number() OVER (g ORDER BY abs(p.delta_us)) AS nth_abs
    FROM best AS p WHERE p.basis = p.best_basis
    WINDOW g AS (PARTITION BY p.source_id, p.reference_source)
), measured AS (
    SELECT o.source_id, o.reference_source, max(o.basis) AS basis, max(o.pairs) AS pairs,
           max(o.delta_us) FILTER (WHERE o.nth = (o.pairs + 1) // 2) AS median_us,
           max(abs(o.delta_us)) FILTER (WHERE o.nth_abs = (99 * o.pairs + 99) // 100) AS p99_abs_us
    FROM ordered AS o
    GROUP BY o.source_id, o.reference_source
), declared AS (
    SELECT a.source_id, a.reference_source, count(*) FILTER (WHERE a.delta_us IS NULL) AS unmet,
           string_agg(DISTINCT a.anchor, ',' ORDER BY a.anchor) AS anchor
    FROM w_anchor AS a GROUP BY a.source_id, a.reference_source
), compared AS (
    SELECT s.source_id, g.source_id AS reference_source
    FROM cfg_source AS s
    INNER JOIN (SELECT DISTINCT w.source_id FROM w_stream AS w WHERE w.stream = 'exchange') AS g
        ON g.source_id <> s.source_id
    WHERE s.role IN ('idp', 'copilot', 'approvals')
    UNION SELECT d.source_id, d.reference_source FROM declared AS d
)
SELECT c.source_id, c.reference_source,
       CASE m.basis WHEN 1 THEN 'exact_pairs' WHEN 2 THEN 'anchors' WHEN 3 THEN 'configured' ELSE 'not_evidenced' END,
       CASE WHEN m.basis < 3 THEN m.pairs ELSE 0 END, m.median_us, m.p99_abs_us, s.skew_us, d.anchor,
       coalesce(d.unmet, 0)
FROM compared AS c
INNER JOIN cfg_source AS s ON s.source_id = c.source_id
LEFT JOIN measured AS m ON m.source_id = c.source_id AND m.reference_source = c.reference_source
LEFT JOIN declared AS d ON d.source_id = c.source_id AND d.reference_source = c.reference_source;
