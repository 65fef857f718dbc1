/*---
id: risk_classified
ref: AP-10
title: Every request has a risk, and none with a secret in it counts as low
grain: interaction
subject_kind: interaction
population: Every request that reached the gateway in the period.
exclusions:
  - Requests that only the vendor saw (not_through_gateway).
severity: high
needs: [prompt]
why: >
  Which requests need an approval hangs on their risk. Whatever is classed too low is waved through.
limits: >
  Under-classification is seen where the scanner finds a secret, a payment or an identity number in the prompt. Other ways
  of being risky are not seen.
reasons:
  classified: A rule of the organisation or the gateway set the risk, and nothing found contradicts it.
  not_classified: Neither a rule nor the gateway set a risk, though others are classified.
  under_classified: A secret, payment or identity number is in the prompt, and the risk is low.
  no_classification: Nothing classifies requests here; neither rules nor the gateway.
  not_through_gateway: Only the vendor's records show this request.
  boundary: The request may lie outside the period.
---*/
WITH found AS (
    SELECT f.source_id, f.exchange_ref, count(*) AS n FROM finding AS f
    WHERE f.field = 'prompt' AND f.entity_class IN ('secret', 'payment', 'government_id')
        AND coalesce(f.flag, 'partial') = 'partial'
    GROUP BY f.source_id, f.exchange_ref
), known AS (
    SELECT source_id, count(*) FILTER (WHERE risk_level <> 'unknown') AS n FROM chain GROUP BY source_id
), ruled AS (
    SELECT c.*, f.n AS found, CASE
        WHEN c.interaction_kind = 'usage_request'           THEN 'not_applicable not_through_gateway'
        WHEN c.in_period = 'boundary'                       THEN 'undetermined boundary'
        WHEN c.risk_level = 'unknown' AND k.n = 0           THEN 'undetermined no_classification'
        WHEN c.risk_level = 'unknown'                       THEN 'fail not_classified'
        WHEN c.risk_level = 'low' AND f.n > 0               THEN 'fail under_classified'
        ELSE 'pass classified' END AS ruling
    FROM chain AS c
    JOIN known AS k ON k.source_id = c.source_id
    LEFT JOIN found AS f ON f.source_id = c.source_id AND f.exchange_ref = c.native_id
)
SELECT
    'interaction' AS subject_kind,
    interaction_id AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'a risk, and more than low where a secret is in the prompt' AS expected,
    concat('risk ', risk_level, ' by ', risk_basis, ', ', CAST(coalesce(found, 0) AS VARCHAR),
        ' secrets, payment or identity numbers in the prompt') AS actual,
    record_refs
FROM ruled
ORDER BY subject
