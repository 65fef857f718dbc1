/*---
id: no_secret_in_prompts
ref: MK-02
title: No secret, payment or identity number was sent in a prompt
grain: interaction
subject_kind: interaction
population: Every prompt that the gateway forwarded in the period.
exclusions:
  - Requests that the gateway did not let through (not_forwarded).
  - Requests that only the vendor saw (not_through_gateway); no_bypass tests them.
severity: critical
needs: [prompt]
why: >
  What has been sent to a provider cannot be called back; a key that was sent must be replaced.
limits: >
  Finds the classes secret, payment and government_id with the recall that the report prints. Names, addresses and business
  secrets in plain words are not found. Values allowed by policy and examples from documentation are left out.
reasons:
  clean: No secret, payment or identity number was found.
  secret: A key, password or token was sent.
  payment: A card or account number was sent.
  government_id: A number of an official document was sent.
  truncated: The recording is cut short; nothing was found in what there is.
  text_not_kept: The prompt was not recorded, or its text is no longer kept.
  not_forwarded: The gateway did not let the request through.
  not_through_gateway: Only the vendor's records show this request.
  boundary: The request may lie outside the period.
  not_evidenced: The source does not record prompts.
---*/
WITH found AS (
    SELECT f.source_id, f.exchange_ref,
        min(CASE f.entity_class WHEN 'secret' THEN '1 secret' WHEN 'payment' THEN '2 payment' ELSE '3 government_id' END) AS worst,
        string_agg(DISTINCT f.entity_type, ', ' ORDER BY f.entity_type) AS kinds, count(*) AS n
    FROM finding AS f
    WHERE f.field = 'prompt' AND f.entity_class IN ('secret', 'payment', 'government_id')
        AND coalesce(f.flag, 'partial') = 'partial'
    GROUP BY f.source_id, f.exchange_ref
), ruled AS (
    SELECT c.*, f.n, f.kinds, CASE
        WHEN c.interaction_kind = 'usage_request'       THEN 'not_applicable not_through_gateway'
        WHEN c.outcome IN ('denied', 'blocked') OR c.outcome = 'no_response' AND c.approval_verdict IN ('pending', 'rejected')
                                                        THEN 'not_applicable not_forwarded'
        WHEN c.in_period = 'boundary'                   THEN 'undetermined boundary'
        WHEN can.source_id IS NULL                      THEN 'undetermined not_evidenced'
        WHEN f.n > 0                                    THEN 'fail ' || split_part(f.worst, ' ', 2)
        WHEN c.prompt_sha256 IS NULL                    THEN 'undetermined text_not_kept'
        WHEN c.truncated                                THEN 'undetermined truncated'
        ELSE 'pass clean' END AS ruling
    FROM chain AS c
    LEFT JOIN found AS f ON f.source_id = c.source_id AND f.exchange_ref = c.native_id
    LEFT JOIN cfg_capability AS can ON can.source_id = c.source_id AND can.capability = 'prompt'
)
SELECT
    'interaction' AS subject_kind,
    interaction_id AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'no secret, payment or identity number' AS expected,
    concat('values found: ', CAST(coalesce(n, 0) AS VARCHAR), coalesce(' (' || kinds || ')', '')) AS actual,
    record_refs
FROM ruled
ORDER BY subject
