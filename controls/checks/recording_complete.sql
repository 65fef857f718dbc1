/*---
id: recording_complete
ref: LG-08
title: Every request and its response are recorded whole and belong together
grain: interaction
subject_kind: interaction
population: Every request that the gateway forwarded in the period.
exclusions:
  - Requests that the gateway did not let through (not_forwarded).
  - Requests that only the vendor saw (not_through_gateway); no_bypass tests them.
severity: medium
needs: [response]
why: >
  What is not recorded cannot be read again, and a response laid at the wrong request proves the wrong thing.
limits: >
  Whether the recording is what was really sent rests on the gateway.
reasons:
  whole: Request and response are recorded whole, and it is certain that they belong together.
  truncated: The recording stops before its end.
  ambiguous: It is not certain which response belongs to the request.
  unpaired: A request without its response, or the reverse.
  unparsed: The recording could not be decoded.
  not_forwarded: The gateway did not let the request through.
  not_through_gateway: Only the vendor's records show this request.
  boundary: The request may lie outside the period.
  not_evidenced: The source does not record responses.
---*/
WITH ruled AS (
    SELECT c.*, CASE
        WHEN c.interaction_kind = 'usage_request'       THEN 'not_applicable not_through_gateway'
        WHEN c.outcome IN ('denied', 'blocked') OR c.outcome = 'no_response' AND c.approval_verdict IN ('pending', 'rejected')
                                                        THEN 'not_applicable not_forwarded'
        WHEN c.in_period = 'boundary'                   THEN 'undetermined boundary'
        WHEN can.source_id IS NULL                      THEN 'undetermined not_evidenced'
        WHEN c.truncated                                THEN 'fail truncated'
        WHEN c.pairing = 'exact' AND c.response_sha256 IS NULL  THEN 'undetermined unpaired'
        WHEN c.pairing = 'exact'                        THEN 'pass whole'
        ELSE 'undetermined ' || c.pairing END AS ruling
    FROM chain AS c
    LEFT JOIN cfg_capability AS can ON can.source_id = c.source_id AND can.capability = 'response'
)
SELECT
    'interaction' AS subject_kind,
    interaction_id AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'recorded whole, paired exactly' AS expected,
    concat('pairing ', pairing, CASE WHEN truncated THEN ', truncated' ELSE '' END, ', request ',
        coalesce(CAST(prompt_bytes AS VARCHAR), 'without'), ' bytes, response ',
        coalesce(CAST(response_bytes AS VARCHAR), 'without'), ' bytes') AS actual,
    record_refs
FROM ruled
ORDER BY subject
