/*---
id: blocked_not_forwarded
ref: AC-02, DL-01
title: What the gateway refused or blocked never reached the provider
grain: interaction
subject_kind: interaction
population: Every request of the period that the gateway says it refused or blocked.
exclusions:
  - Responses blocked on their way back (on_the_way_back); the request had been forwarded by then.
severity: critical
needs: [identity]
why: >
  A block that is written to the log and not carried out is worse than none, for everybody relies on it.
limits: >
  The provider's answer is recognised by its request id or token counts in the recording, and by the vendor's own records
  where they name requests. A request that left and was never answered is not seen.
reasons:
  stopped: Nothing shows that the provider received it.
  answered: The recording holds an answer of the provider.
  seen_by_vendor: The vendor's records show the request.
  on_the_way_back: The response was blocked, after the request had been forwarded.
  not_parsed: The recording could not be decoded, so that an answer in it would not be seen.
  boundary: The request may lie outside the period.
---*/
WITH answer AS (
    SELECT x.source_id, x.native_id, count(*) AS n FROM exchange AS x
    WHERE x.outcome IN ('denied', 'blocked') AND (x.provider_request_id IS NOT NULL OR x.tokens_out > 0)
    GROUP BY x.source_id, x.native_id
), back AS (
    SELECT g.source_id, g.exchange_ref, count(*) AS n FROM guardrail_hit AS g
    WHERE g.direction = 'output' AND g.exchange_ref IS NOT NULL GROUP BY g.source_id, g.exchange_ref
), vendor AS (
    SELECT r.matched_interaction AS interaction_id, count(*) AS n FROM reconciliation AS r
    WHERE r.verdict IN ('MATCHED_ID', 'MATCHED_CONTENT') GROUP BY r.matched_interaction
), ruled AS (
    SELECT c.*, CASE
        WHEN b.n > 0                        THEN 'not_applicable on_the_way_back'
        WHEN c.in_period = 'boundary'       THEN 'undetermined boundary'
        WHEN v.n > 0                        THEN 'fail seen_by_vendor'
        WHEN a.n > 0                        THEN 'fail answered'
        WHEN c.pairing = 'unparsed'         THEN 'undetermined not_parsed'
        ELSE 'pass stopped' END AS ruling
    FROM chain AS c
    LEFT JOIN answer AS a ON a.source_id = c.source_id AND a.native_id = c.native_id
    LEFT JOIN back AS b ON b.source_id = c.source_id AND b.exchange_ref = c.native_id
    LEFT JOIN vendor AS v ON v.interaction_id = c.interaction_id
    WHERE c.outcome IN ('denied', 'blocked')
)
SELECT
    'interaction' AS subject_kind,
    interaction_id AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'no answer of the provider, no record of the vendor' AS expected,
    concat(outcome, coalesce(' by ' || blocked_by, ''), ', ', replace(split_part(ruling, ' ', 2), '_', ' '), ', status ',
        coalesce(CAST(status_code AS VARCHAR), 'none')) AS actual,
    record_refs
FROM ruled
ORDER BY subject
