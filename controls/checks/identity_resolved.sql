/*---
id: identity_resolved
ref: ID-01
title: Every request was made by exactly one known person
grain: interaction
subject_kind: interaction
population: Every request that reached the gateway in the period.
exclusions:
  - Requests that only the vendor saw (not_through_gateway); no_bypass tests them.
  - Requests of services (service); shared_identity tests them.
severity: high
needs: [identity]
why: >
  Nothing else in a chain means anything if it is not known who asked. The identity rests on the issuer and subject that
  the gateway checked, resolved to a person as names stood at that instant; not on a matching sign-in.
limits: >
  Shows whose credentials were used, not who sat at the keyboard. A sign-in beside it is tested by sign_in_corroborated.
reasons:
  resolved: The gateway checked the identity, and at that instant it meant exactly one person.
  unresolved: Nobody in the directory or the declared list had this identity at that instant.
  nobody_behind: A shared key or no authentication at all; no person can be named.
  several_persons: At that instant the identity could mean more than one person.
  not_validated: The identity was declared or asserted, not checked by the gateway.
  service: The caller is a service, not a person.
  not_through_gateway: Only the vendor's records show this request.
  boundary: The request may lie outside the period.
  not_evidenced: The source does not record who asked, the record that would tell is missing, or there is no directory.
---*/
WITH ruled AS (
    SELECT c.*, CASE
        WHEN c.interaction_kind = 'usage_request'                       THEN 'not_applicable not_through_gateway'
        WHEN c.in_period = 'boundary'                                   THEN 'undetermined boundary'
        WHEN can.source_id IS NULL                                      THEN 'undetermined not_evidenced'
        WHEN c.caller_class = 'service_principal'                       THEN 'not_applicable service'
        WHEN c.caller_class IN ('shared_key', 'unauthenticated')        THEN 'fail nobody_behind'
        WHEN c.caller_class = 'unknown' AND c.subject IS NULL AND c.subject_email IS NULL
                                                                        THEN 'undetermined not_evidenced'
        WHEN c.identity_state = 'ambiguous'                             THEN 'undetermined several_persons'
        WHEN c.identity_state <> 'resolved' AND directory.n = 0         THEN 'undetermined not_evidenced'
        WHEN c.identity_state <> 'resolved'                             THEN 'fail unresolved'
        WHEN NOT c.gateway_validated                                    THEN 'undetermined not_validated'
        ELSE 'pass resolved' END AS ruling
    FROM chain AS c
    LEFT JOIN cfg_capability AS can ON can.source_id = c.source_id AND can.capability = 'identity'
    CROSS JOIN (SELECT count(*) AS n FROM cfg_capability WHERE capability = 'directory') AS directory
)
SELECT
    'interaction' AS subject_kind,
    interaction_id AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'one person, by an identity that the gateway checked' AS expected,
    concat(replace(caller_class, '_', ' '), ', ', CASE WHEN gateway_validated THEN 'checked' ELSE 'not checked' END,
        ' by the gateway, ', replace(identity_state, '_', ' '), coalesce(' by ' || identity_method, ''), ', ',
        CAST(identity_candidates AS VARCHAR), ' candidates') AS actual,
    record_refs
FROM ruled
ORDER BY subject
