/*---
id: no_residual_in_responses
ref: MK-01
title: No response came back with data that should have been masked
grain: interaction
subject_kind: interaction
population: Every response that the gateway handed on in the period.
exclusions:
  - Requests that the gateway did not let through, or that were never answered (no_response).
  - Requests that only the vendor saw (not_through_gateway); no_bypass tests them.
severity: critical
needs: [response]
why: >
  "Masking is switched on" is a claim. Each recorded response is read again, independently of the gateway.
limits: >
  Finds the classes that the rule packs cover, with the recall that the report prints for this run. Values allowed by
  policy, examples from documentation and echoes of the person's own prompt are counted, not judged.
reasons:
  clean: Nothing was found that should have been masked.
  claimed_not_masked: The gateway says it masked this kind of data; a value is still there.
  leak: A value is there that the policy says must be masked.
  analyzed_unmasked: The gateway found values and did not mask them all.
  partial_too_wide: A mask leaves more of the value to see than the policy allows.
  unmasked: Masking was off or had failed, and a value is there.
  indeterminate: >
    The response is cut short, cannot be decoded, the masking reported errors, or it is not proven that the caller was in
    the group that may see the value.
  surrogate_unverifiable: Masked values look like real ones; nothing tells them apart.
  under_evidenced: The gateway claims more masking than there are marks.
  pairing_not_exact: It is not certain which response belongs to the request.
  text_not_kept: The response was not recorded, or its text is no longer kept.
  no_response: No response was handed on.
  not_through_gateway: Only the vendor's records show this request.
  boundary: The request may lie outside the period.
  not_evidenced: The source does not record responses.
---*/
WITH residual AS (
    SELECT interaction_id, string_agg(entity_type || ' ' || CAST(n_residual AS VARCHAR), ', ' ORDER BY entity_type) AS kinds
    FROM masking_verdict WHERE n_residual > 0 AND entity_type <> '*' GROUP BY interaction_id
), ruled AS (
    SELECT c.*, r.kinds, CASE
        WHEN c.interaction_kind = 'usage_request'                               THEN 'not_applicable not_through_gateway'
        WHEN c.outcome IN ('denied', 'blocked', 'no_response')                  THEN 'not_applicable no_response'
        WHEN c.in_period = 'boundary'                                           THEN 'undetermined boundary'
        WHEN can.source_id IS NULL                                              THEN 'undetermined not_evidenced'
        WHEN c.masking_verdict IN ('claimed_not_masked', 'leak', 'analyzed_unmasked', 'partial_too_wide')
                                                                                THEN 'fail ' || c.masking_verdict
        WHEN c.masking_verdict IN ('failed_open', 'off') AND c.response_findings > 0    THEN 'fail unmasked'
        WHEN c.response_sha256 IS NULL                                          THEN 'undetermined text_not_kept'
        WHEN c.masking_verdict IN ('indeterminate', 'failed_open') OR c.truncated       THEN 'undetermined indeterminate'
        WHEN c.masking_verdict IN ('surrogate_unverifiable', 'under_evidenced') THEN 'undetermined ' || c.masking_verdict
        WHEN c.pairing <> 'exact'                                               THEN 'undetermined pairing_not_exact'
        ELSE 'pass clean' END AS ruling
    FROM chain AS c
    LEFT JOIN residual AS r ON r.interaction_id = c.interaction_id
    LEFT JOIN cfg_capability AS can ON can.source_id = c.source_id AND can.capability = 'response'
)
SELECT
    'interaction' AS subject_kind,
    interaction_id AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'nothing that the policy says must be masked' AS expected,
    concat(replace(masking_verdict, '_', ' '), '; values found: ', CAST(response_findings AS VARCHAR),
        coalesce(' (' || kinds || ')', '')) AS actual,
    record_refs
FROM ruled
ORDER BY subject
