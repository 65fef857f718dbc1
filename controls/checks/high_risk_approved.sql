/*---
id: high_risk_approved
ref: AP-01
title: Every request that needs an approval has one
grain: interaction
subject_kind: interaction
population: Every request of the period for which the organisation's policy demands an approval.
exclusions:
  - Requests that the gateway did not let through (not_forwarded).
  - Requests that only the vendor saw (not_through_gateway); no_bypass tests them.
severity: critical
needs: [approval]
why: >
  What is risky is decided by a second person, or the policy is only paper.
limits: >
  Shows that an approval is tied to the request. Whether it was in time, by whom, and whether it still held is tested by
  approved_before_forwarding, approver_is_another_person, approver_in_group_then and approval_not_expired.
reasons:
  approval_found: An approval is tied to the request.
  missing: No approval is tied to the request, or its quorum was never complete.
  pending: The request was forwarded while the approval was still open.
  rejected: The request was forwarded although the approval was refused.
  skipped: The policy demands an approval; the gateway let a group through without one.
  inferred_link: An approval was found only by person and time; that is a guess, not a tie.
  not_determined: The records do not decide whether there was an approval, or they are lost.
  outcome_unknown: It is not known whether the request was forwarded.
  not_forwarded: The gateway did not let the request through.
  not_through_gateway: Only the vendor's records show this request.
  boundary: The request may lie outside the period.
  not_evidenced: No source records approvals.
---*/
WITH ruled AS (
    SELECT c.*, CASE
        WHEN c.interaction_kind = 'usage_request'                                   THEN 'not_applicable not_through_gateway'
        WHEN c.outcome IN ('denied', 'blocked')                                     THEN 'not_applicable not_forwarded'
        WHEN c.outcome = 'no_response' AND c.approval_verdict IN ('pending', 'rejected')
                                                                                    THEN 'not_applicable not_forwarded'
        WHEN c.in_period = 'boundary'                                               THEN 'undetermined boundary'
        WHEN can.n = 0                                                              THEN 'undetermined not_evidenced'
        WHEN c.approval_verdict IN ('undetermined', 'evidence_lost')                THEN 'undetermined not_determined'
        WHEN c.outcome = 'forwarded' AND c.approval_verdict IN ('missing', 'pending', 'rejected')
                                                                                    THEN 'fail ' || c.approval_verdict
        WHEN c.approval_link_method = 'inferred'                                    THEN 'undetermined inferred_link'
        WHEN c.approval_verdict NOT IN ('missing', 'pending', 'rejected', 'not_required')   THEN 'pass approval_found'
        WHEN c.outcome <> 'forwarded'                                               THEN 'undetermined outcome_unknown'
        ELSE 'fail skipped' END AS ruling
    FROM chain AS c
    CROSS JOIN (SELECT count(*) AS n FROM cfg_capability WHERE capability = 'approval') AS can
    WHERE c.approval_required
)
SELECT
    'interaction' AS subject_kind,
    interaction_id AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'an approval, since the risk is ' || risk_level AS expected,
    concat('approval ', replace(approval_verdict, '_', ' '), coalesce(', tied by ' || replace(approval_link_method, '_',
        ' '), ''), ', ', CAST(approval_candidates AS VARCHAR), ' candidates, request ', replace(outcome, '_', ' '),
        CASE WHEN approval_flags = '' THEN '' ELSE ', ' || approval_flags END) AS actual,
    record_refs
FROM ruled
ORDER BY subject
