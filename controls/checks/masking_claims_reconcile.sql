/*---
id: masking_claims_reconcile
ref: MK-04
title: What the gateway says it masked is what the responses show
grain: interaction
subject_kind: interaction
population: Every response of the period for which the gateway claims masking, or which carries marks of masking.
exclusions:
  - Responses without a claim and without a mark; no_residual_in_responses tests them.
severity: medium
needs: [masking_counts]
why: >
  Counters that do not fit the text mean that either the masking or the record of it is not what it seems.
limits: >
  Counters of a session are compared over all its responses. A mask that leaves no mark (the value simply removed) can be
  claimed and never be shown.
reasons:
  agree: Claims and marks fit each other.
  claimed_not_masked: Claimed as masked; a value of that kind is still there.
  analyzed_unmasked: The gateway found more than it masked.
  failed_open: The masking reported errors and let the text pass.
  under_evidenced: More is claimed than there are marks.
  unclaimed_placeholder: Marks without a claim; the model may have written them, or the claim is lost.
  surrogate_unverifiable: Masked values look like real ones; nothing tells them apart.
  indeterminate: The response is cut short or cannot be decoded.
  boundary: The request may lie outside the period.
  not_evidenced: The source does not count what it masks.
---*/
WITH worst AS (
    SELECT m.*, row_number() OVER (PARTITION BY m.interaction_id ORDER BY m.verdict_rank, m.entity_type) AS place
    FROM masking_verdict AS m
    WHERE m.claimed_masked IS NOT NULL OR m.claimed_analyzed IS NOT NULL OR m.n_placeholder > 0
), ruled AS (
    SELECT c.interaction_id, c.record_refs, w.entity_type, w.claimed_masked, w.claimed_analyzed, w.n_placeholder,
        w.n_residual, w.claim_scope, CASE
        WHEN c.in_period = 'boundary'                                                   THEN 'undetermined boundary'
        WHEN can.source_id IS NULL                                                      THEN 'undetermined not_evidenced'
        WHEN w.verdict IN ('claimed_not_masked', 'analyzed_unmasked', 'failed_open')    THEN 'fail ' || w.verdict
        WHEN w.verdict IN ('under_evidenced', 'unclaimed_placeholder', 'surrogate_unverifiable', 'indeterminate')
                                                                                        THEN 'undetermined ' || w.verdict
        ELSE 'pass agree' END AS ruling
    FROM worst AS w
    JOIN chain AS c ON c.interaction_id = w.interaction_id
    LEFT JOIN cfg_capability AS can ON can.source_id = c.source_id AND can.capability = 'masking_counts'
    WHERE w.place = 1
)
SELECT
    'interaction' AS subject_kind,
    interaction_id AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'as many marks as the gateway claims, and nothing left' AS expected,
    concat(entity_type, ': claimed ', coalesce(CAST(claimed_masked AS VARCHAR), 'nothing'), coalesce(' of '
        || CAST(claimed_analyzed AS VARCHAR) || ' found', ''), coalesce(' (per ' || claim_scope || ')', ''), ', marks ',
        CAST(n_placeholder AS VARCHAR), ', left ', CAST(n_residual AS VARCHAR)) AS actual,
    record_refs
FROM ruled
ORDER BY subject
