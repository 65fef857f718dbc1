/*---
id: sign_in_corroborated
ref: ID-04
title: A sign-in of the same person stands behind every request, and access ended when it was revoked
grain: interaction
subject_kind: interaction
population: Every request of a known person that reached the gateway in the period.
exclusions:
  - Requests that only the vendor saw (not_through_gateway).
  - Callers that are no person or not known (not_a_known_person); identity_resolved tests them.
severity: high
needs: [sign_in]
why: >
  A second, independent log should know of the person's sign-in. Use after a revocation shows that access outlived it.
limits: >
  T1 and T2 tie the request to one token or session. T3 and T4 say only that this person signed in shortly before: likely,
  never verified. T5 is an older sign-in or the token's own claims: asserted, not corroborated.
reasons:
  same_token: Token or session of the sign-in and of the request are the same (T1, T1b, T2).
  in_token_life: The person signed in within the life of a token before the request (T3, T4); likely, not verified.
  after_revocation: Used after the sessions were revoked or the account was disabled.
  no_sign_in: The identity provider's log covers the time and the life of a token before it, and shows no sign-in.
  several_sign_ins: More than one session fits; which one stands behind the request is not known (T-A).
  asserted_only: Only the token's claims or an older sign-in (T5).
  not_covered: No sign-in was found, and the identity provider's log does not cover the time.
  not_a_known_person: The caller is no person, or not known.
  not_through_gateway: Only the vendor's records show this request.
  boundary: The request may lie outside the period.
  not_evidenced: No source records sign-ins.
---*/
WITH ruled AS (
    SELECT c.*, CASE
        WHEN c.interaction_kind = 'usage_request'           THEN 'not_applicable not_through_gateway'
        WHEN c.person_id IS NULL OR c.caller_class NOT IN ('human_token', 'human_via_agent')
                                                            THEN 'not_applicable not_a_known_person'
        WHEN c.in_period = 'boundary'                       THEN 'undetermined boundary'
        WHEN can.n = 0                                      THEN 'undetermined not_evidenced'
        WHEN c.after_revocation                             THEN 'fail after_revocation'
        WHEN c.sign_in_tier IN ('T1', 'T1b', 'T2')          THEN 'pass same_token'
        WHEN c.sign_in_tier IN ('T3', 'T4')                 THEN 'pass in_token_life'
        WHEN c.sign_in_tier = 'T-A'                         THEN 'undetermined several_sign_ins'
        WHEN c.sign_in_tier = 'T5'                          THEN 'undetermined asserted_only'
        WHEN c.sign_in_reason = 'no_sign_in'                THEN 'fail no_sign_in'
        ELSE 'undetermined not_covered' END AS ruling
    FROM chain AS c
    CROSS JOIN (SELECT count(*) AS n FROM cfg_capability WHERE capability = 'sign_in') AS can
)
SELECT
    'interaction' AS subject_kind,
    interaction_id AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'a sign-in of this person within the life of a token, not revoked' AS expected,
    concat('tier ', sign_in_tier, ' (', replace(sign_in_reason, '_', ' '), ')', coalesce(', '
        || CAST(sign_in_delta_us // 1000000 AS VARCHAR) || ' s after the sign-in', ''), CASE WHEN after_revocation
        THEN ', after a revocation' ELSE '' END) AS actual,
    record_refs
FROM ruled
ORDER BY subject
