/*---
id: mfa_satisfied
ref: ID-03
title: A second factor stands behind every person's request
grain: interaction
subject_kind: interaction
population: Every request of a person that reached the gateway in the period.
exclusions:
  - Requests that only the vendor saw (not_through_gateway).
  - Callers that are no person (not_a_person); shared_identity tests them.
severity: high
needs: [mfa]
why: >
  A stolen password alone must not be enough to send the organisation's data to an assistant.
limits: >
  The factor is that of the sign-in which fits the request best. Unless the gateway records the token or the session, that
  sign-in is likely (tier T3 or T4), not certain: the tier is printed with each result.
reasons:
  with_mfa: The sign-in behind the request satisfied a second factor.
  without_mfa: The sign-in behind the request had no second factor.
  mfa_unknown: The identity provider does not say whether there was a second factor.
  several_sign_ins: More than one session fits the request; which one stands behind it is not known.
  asserted_only: No sign-in near the request; only claims or an older sign-in.
  no_sign_in: No sign-in was found.
  person_unknown: It is not known who asked, so no sign-in can be looked for.
  not_a_person: The caller is no person.
  not_through_gateway: Only the vendor's records show this request.
  boundary: The request may lie outside the period.
  not_evidenced: No source records the second factor.
---*/
WITH ruled AS (
    SELECT c.*, CASE
        WHEN c.interaction_kind = 'usage_request'                           THEN 'not_applicable not_through_gateway'
        WHEN c.caller_class NOT IN ('human_token', 'human_via_agent')       THEN 'not_applicable not_a_person'
        WHEN c.in_period = 'boundary'                                       THEN 'undetermined boundary'
        WHEN can.n = 0                                                      THEN 'undetermined not_evidenced'
        WHEN c.identity_state <> 'resolved'                                 THEN 'undetermined person_unknown'
        WHEN c.sign_in_tier = 'T0'                                          THEN 'undetermined no_sign_in'
        WHEN c.sign_in_tier = 'T5'                                          THEN 'undetermined asserted_only'
        WHEN c.sign_in_tier = 'T-A'                                         THEN 'undetermined several_sign_ins'
        WHEN c.mfa_state = 'yes'                                            THEN 'pass with_mfa'
        WHEN c.mfa_state = 'no'                                             THEN 'fail without_mfa'
        ELSE 'undetermined mfa_unknown' END AS ruling
    FROM chain AS c
    CROSS JOIN (SELECT count(*) AS n FROM cfg_capability WHERE capability = 'mfa') AS can
)
SELECT
    'interaction' AS subject_kind,
    interaction_id AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'a second factor in the sign-in behind the request' AS expected,
    concat('second factor: ', mfa_state, coalesce(' (' || mfa_basis || ')', ''), ', sign-in tier ', sign_in_tier, ', ',
        CAST(sign_in_candidates AS VARCHAR), ' candidates') AS actual,
    record_refs
FROM ruled
ORDER BY subject
