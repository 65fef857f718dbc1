/*---
id: approver_is_another_person
ref: AP-03
title: Whoever approved a request is not the one who asked
grain: interaction
subject_kind: interaction
population: Every forwarded request that needed an approval and has one.
exclusions:
  - Requests without a decision in favour (missing, pending, rejected); high_risk_approved tests them.
severity: critical
needs: [approval]
why: >
  Four eyes need two persons. Compared are persons, not names: a second account or an alias of the same person is the same
  person.
limits: >
  Two persons who agree beforehand cannot be told from two who do not. An account that no directory ties to its person
  looks like another person.
reasons:
  another_person: Another person completed the approval.
  same_person: The person who asked completed the approval.
  automated: An automation or an interface key decided, not a person.
  approver_unknown: It is not known which person decided, or which person asked.
  inferred_link: The approval was found only by person and time; that is a guess, not a tie.
  evidence_lost: The record of the approval is lost.
  boundary: The request may lie outside the period.
---*/
WITH ruled AS (
    SELECT c.*, CASE
        WHEN c.in_period = 'boundary'                           THEN 'undetermined boundary'
        WHEN c.approval_verdict = 'evidence_lost'               THEN 'undetermined evidence_lost'
        WHEN c.approval_link_method = 'inferred'                THEN 'undetermined inferred_link'
        WHEN c.approver_is_requester                            THEN 'fail same_person'
        WHEN c.approval_flags LIKE '%automated%'                THEN 'fail automated'
        WHEN c.approver_is_requester IS NULL                    THEN 'undetermined approver_unknown'
        ELSE 'pass another_person' END AS ruling
    FROM chain AS c
    WHERE c.approval_required AND c.outcome = 'forwarded' AND c.approval_native_id IS NOT NULL
        AND c.approval_verdict NOT IN ('missing', 'pending', 'rejected', 'not_required')
)
SELECT
    'interaction' AS subject_kind,
    interaction_id AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'decided by another person than asked' AS expected,
    concat(CASE WHEN approver_is_requester THEN 'the same person' WHEN approver_is_requester IS NULL THEN 'person not known'
        ELSE 'another person' END, coalesce(', for the group ' || approver_group, ''),
        CASE WHEN approval_flags = '' THEN '' ELSE ', ' || approval_flags END) AS actual,
    record_refs
FROM ruled
ORDER BY subject
