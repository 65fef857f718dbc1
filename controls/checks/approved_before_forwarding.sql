/*---
id: approved_before_forwarding
ref: AP-02
title: The approval was decided before the request was forwarded
grain: interaction
subject_kind: interaction
population: Every forwarded request that needed an approval and has one.
exclusions:
  - Requests without a decision in favour (missing, pending, rejected); high_risk_approved tests them.
severity: critical
needs: [approval]
why: >
  A sign-off after the data has left is a note, not a control.
limits: >
  Compares the instant at which the quorum was complete with the instant of forwarding. Where the approval comes from
  another system, the tolerance between the clocks is taken off; what lies inside it is not decided.
reasons:
  before: The decision came before the request was forwarded.
  after: The request was forwarded first and approved afterwards.
  within_tolerance: The instants are closer than the clocks are sure.
  time_unknown: The instant of the decision is not recorded.
  inferred_link: The approval was found only by person and time; that is a guess, not a tie.
  evidence_lost: The record of the approval is lost.
  boundary: The request may lie outside the period.
---*/
WITH tolerance AS (
    SELECT c.interaction_id, c.time_uncertainty_us
        + CASE WHEN c.approval_source_id = c.source_id THEN 0 ELSE coalesce(s.skew_us, p.skew_us) END AS us
    FROM chain AS c
    CROSS JOIN param AS p
    LEFT JOIN cfg_source AS s ON s.source_id = c.approval_source_id
), ruled AS (
    SELECT c.*, t.us, CASE
        WHEN c.in_period = 'boundary'                       THEN 'undetermined boundary'
        WHEN c.approval_verdict = 'evidence_lost'           THEN 'undetermined evidence_lost'
        WHEN c.approval_link_method = 'inferred'            THEN 'undetermined inferred_link'
        WHEN c.approval_delta_us IS NULL                    THEN 'undetermined time_unknown'
        WHEN c.approval_delta_us >= t.us                    THEN 'pass before'
        WHEN c.approval_delta_us < - t.us                   THEN 'fail after'
        ELSE 'undetermined within_tolerance' END AS ruling
    FROM chain AS c JOIN tolerance AS t ON t.interaction_id = c.interaction_id
    WHERE c.approval_required AND c.outcome = 'forwarded' AND c.approval_native_id IS NOT NULL
        AND c.approval_verdict NOT IN ('missing', 'pending', 'rejected', 'not_required')
)
SELECT
    'interaction' AS subject_kind,
    interaction_id AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'decided before ' || CAST(event_time AS VARCHAR) AS expected,
    concat('decided ', coalesce(CAST(approval_time AS VARCHAR), 'at an unknown time'), coalesce(', '
        || CAST(approval_delta_us // 1000 AS VARCHAR) || ' ms before forwarding', ''), ', tolerance ',
        CAST(us // 1000 AS VARCHAR), ' ms') AS actual,
    record_refs
FROM ruled
ORDER BY subject
