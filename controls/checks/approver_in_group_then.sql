/*---
id: approver_in_group_then
ref: AP-04
title: The approver belonged to the approving group at the instant of the decision
grain: interaction
subject_kind: interaction
population: Every forwarded request that needed an approval and has one.
exclusions:
  - Requests without a decision in favour (missing, pending, rejected); high_risk_approved tests them.
  - Decisions for which no group is asked (no_group).
severity: high
needs: [approval, membership|directory]
why: >
  An approval counts only from those who were entitled to give it on that day, not from those who are today.
limits: >
  Membership comes from the directory's snapshots and changes. A lone snapshot says nothing of the time before it, and a
  gateway group that is not mapped to a directory group cannot be looked up.
reasons:
  member: The approver was a member then.
  not_member: The approver was not a member then.
  membership_boundary: The membership began or ended so near to the decision that clocks may explain it.
  member_by_snapshot_only: A member in a later snapshot; nothing shows since when.
  conflict: Snapshots and changes of the directory contradict each other.
  unknown_no_coverage: The directory's records do not cover the group at that instant, or the group is not mapped.
  no_group: No group is asked for this decision.
  inferred_link: The approval was found only by person and time; that is a guess, not a tie.
  evidence_lost: The record of the approval is lost.
  boundary: The request may lie outside the period.
---*/
WITH ruled AS (
    SELECT c.*, CASE
        WHEN c.approval_verdict = 'evidence_lost'               THEN 'undetermined evidence_lost'
        WHEN c.approver_membership = 'not_applicable'           THEN 'not_applicable no_group'
        WHEN c.in_period = 'boundary'                           THEN 'undetermined boundary'
        WHEN c.approval_link_method = 'inferred'                THEN 'undetermined inferred_link'
        WHEN c.approver_membership = 'member'                   THEN 'pass member'
        WHEN c.approver_membership = 'not_member'               THEN 'fail not_member'
        WHEN c.approver_membership = 'boundary'                 THEN 'undetermined membership_boundary'
        ELSE 'undetermined ' || coalesce(c.approver_membership, 'unknown_no_coverage') END AS ruling
    FROM chain AS c
    WHERE c.approval_required AND c.outcome = 'forwarded' AND c.approval_native_id IS NOT NULL
        AND c.approval_verdict NOT IN ('missing', 'pending', 'rejected', 'not_required')
)
SELECT
    'interaction' AS subject_kind,
    interaction_id AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    coalesce('a member of ' || approver_group, 'a member of the group asked') AS expected,
    concat(replace(coalesce(approver_membership, 'unknown'), '_', ' '), coalesce(' at ' || CAST(approval_time AS VARCHAR), ''))
        AS actual,
    record_refs
FROM ruled
ORDER BY subject
