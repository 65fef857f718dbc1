/*---
id: approval_not_expired
ref: AP-06
title: The approval still held, and was used for what it was given
grain: interaction
subject_kind: interaction
population: Every forwarded request that needed an approval and has one.
exclusions:
  - Requests without a decision in favour (missing, pending, rejected); high_risk_approved tests them.
severity: high
needs: [approval]
why: >
  Yesterday's yes, a yes taken back and a yes given for something else are no yes.
limits: >
  An approval of one execution counts as used again when requests of two sessions rest on it. Whether the content is the
  content that was approved is not compared here.
reasons:
  in_force: The approval was in force.
  expired: The request came after the end of the approval.
  revoked: The approval had been taken back.
  outside_window: The request came at a time of day for which the approval does not hold.
  used_again: An approval of one execution was used in more than one session.
  no_end: The access given has no end.
  near_the_end: The end of the approval is closer to the request than the clocks are sure.
  inferred_link: The approval was found only by person and time; that is a guess, not a tie.
  not_determined: The records do not decide it, or they are lost.
  boundary: The request may lie outside the period.
---*/
WITH once AS (
    SELECT c.approval_source_id AS source_id, c.approval_native_id AS native_id, count(DISTINCT c.session_id) AS sessions
    FROM chain AS c
    JOIN approval AS a ON a.source_id = c.approval_source_id AND a.native_id = c.approval_native_id
    WHERE a.approval_kind = 'onetime' AND c.outcome = 'forwarded' AND c.approval_link_method <> 'inferred'
    GROUP BY c.approval_source_id, c.approval_native_id
), ruled AS (
    SELECT c.*, o.sessions, CASE
        WHEN c.in_period = 'boundary'                                           THEN 'undetermined boundary'
        WHEN c.approval_verdict IN ('evidence_lost', 'undetermined')            THEN 'undetermined not_determined'
        WHEN c.approval_link_method = 'inferred'                                THEN 'undetermined inferred_link'
        WHEN c.approval_verdict IN ('expired', 'revoked', 'outside_window')     THEN 'fail ' || c.approval_verdict
        WHEN o.sessions > 1                                                     THEN 'fail used_again'
        WHEN c.approval_flags LIKE '%standing%'                                 THEN 'fail no_end'
        WHEN abs(epoch_us(c.approval_expires_at) - epoch_us(c.event_time)) < c.time_uncertainty_us
                                                                                THEN 'undetermined near_the_end'
        ELSE 'pass in_force' END AS ruling
    FROM chain AS c
    LEFT JOIN once AS o ON o.source_id = c.approval_source_id AND o.native_id = c.approval_native_id
    WHERE c.approval_required AND c.outcome = 'forwarded' AND c.approval_native_id IS NOT NULL
        AND c.approval_verdict NOT IN ('missing', 'pending', 'rejected', 'not_required')
)
SELECT
    'interaction' AS subject_kind,
    interaction_id AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'an approval in force' AS expected,
    concat('approval ', replace(approval_verdict, '_', ' '), coalesce(', until ' || CAST(approval_expires_at AS VARCHAR), ''),
        coalesce(', used in ' || CAST(sessions AS VARCHAR) || ' sessions', ''),
        CASE WHEN approval_flags = '' THEN '' ELSE ', ' || approval_flags END) AS actual,
    record_refs
FROM ruled
ORDER BY subject
