-- The gateway's claims, per unit that it counts in: the exchange where it counts exchanges, else the session. Several claims
-- of one unit and entity (a list page and a detail) repeat each other; the largest holds. What was masked in the prompt says
-- nothing of the response.
CREATE OR REPLACE TEMP TABLE w_masking_unit AS
WITH counted AS (
    SELECT DISTINCT interaction_id(c.source_id, c.exchange_ref) AS interaction_id
    FROM masking_claim AS c
    WHERE c.scope = 'exchange' AND c.exchange_ref IS NOT NULL AND coalesce(c.direction, 'output') = 'output'
)
SELECT
    r.interaction_id,
    CASE WHEN k.interaction_id IS NOT NULL THEN r.interaction_id ELSE r.source_id || chr(31) || r.session_id END AS unit,
    CASE WHEN k.interaction_id IS NOT NULL THEN 'exchange' ELSE 'session' END AS scope,
    r.text_state <> 'not_delivered' AS delivered
FROM w_masking_response AS r
LEFT JOIN counted AS k ON k.interaction_id = r.interaction_id
WHERE k.interaction_id IS NOT NULL OR r.session_id IS NOT NULL;

CREATE OR REPLACE TEMP TABLE w_masking_claim AS
WITH home AS (  -- a source of counters only is tied to the source that has the sessions by the session's id
    SELECT r.session_id, r.source_id, min(r.source_id) OVER (PARTITION BY r.session_id) AS first_source
    FROM w_masking_response AS r WHERE r.session_id IS NOT NULL GROUP BY r.session_id, r.source_id
), placed AS (
    SELECT interaction_id(c.source_id, c.exchange_ref) AS unit, c.*
    FROM masking_claim AS c
    WHERE c.scope = 'exchange' AND c.exchange_ref IS NOT NULL AND coalesce(c.direction, 'output') = 'output'
    UNION ALL
    SELECT h.source_id || chr(31) || h.session_id, c.*
    FROM masking_claim AS c
    LEFT JOIN home AS own ON own.session_id = c.session_id AND own.source_id = c.source_id
    JOIN home AS h ON h.session_id = c.session_id AND h.source_id = coalesce(own.source_id, h.first_source)
    WHERE c.scope = 'session' AND c.session_id IS NOT NULL AND coalesce(c.direction, 'output') = 'output'
)
SELECT p.unit, p.entity_type, max(p.n_masked) AS n_masked, max(p.n_analyzed) AS n_analyzed,
    max(coalesce(p.err_count, 0)) AS n_errors, max(CASE WHEN p.truncated THEN 1 ELSE 0 END) AS truncated
FROM placed AS p GROUP BY p.unit, p.entity_type
