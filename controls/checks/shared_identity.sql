/*---
id: shared_identity
ref: ID-02
title: No identity is shared between persons
grain: period
subject_kind: object
population: >
  Every identity other than a person's own sign-in that reached the gateway in the period: keys, services, callers
  without authentication, accounts that the directory calls shared.
exclusions: []
severity: medium
needs: [identity]
why: >
  What is asked under a shared key cannot be laid at anybody's door.
limits: >
  Two persons who use one personal account look like one. A service is taken at its word; whether a person used it by hand
  cannot be seen.
reasons:
  service: A service with an identity of its own.
  one_owner: A personal key of one owner.
  shared_key: A key that is not one person's.
  shared_account: An account that the directory calls shared.
  unauthenticated: No authentication at all.
  several_persons: One key resolved to more than one person in the period.
  caller_unknown: The gateway does not say what kind of caller it is.
  boundary: Seen only at the period's edge.
  not_evidenced: The source does not record who asked.
---*/
WITH caller AS (
    SELECT concat(c.source_id, '/', coalesce(c.subject, c.subject_email, 'nobody')) AS subject,
        count(*) AS n, count(DISTINCT c.person_id) AS persons,
        count(*) FILTER (WHERE can.source_id IS NULL) AS not_evidenced,
        count(*) FILTER (WHERE c.in_period = 'inside') AS inside,
        count(*) FILTER (WHERE c.caller_class = 'unauthenticated') AS open_door,
        count(*) FILTER (WHERE c.caller_class = 'shared_key') AS shared_key,
        count(*) FILTER (WHERE p.person_kind = 'shared') AS shared_account,
        count(*) FILTER (WHERE c.caller_class = 'unknown') AS unknown,
        count(*) FILTER (WHERE c.caller_class = 'personal_key') AS personal_key,
        string_agg(DISTINCT c.locator, ' ' ORDER BY c.locator) AS refs
    FROM chain AS c
    LEFT JOIN person AS p ON p.person_id = c.person_id
    LEFT JOIN cfg_capability AS can ON can.source_id = c.source_id AND can.capability = 'identity'
    WHERE c.interaction_kind <> 'usage_request'
        AND (c.caller_class NOT IN ('human_token', 'human_via_agent') OR p.person_kind = 'shared')
    GROUP BY 1
), ruled AS (
    SELECT caller.*, CASE
        WHEN inside = 0             THEN 'undetermined boundary'
        WHEN not_evidenced > 0      THEN 'undetermined not_evidenced'
        WHEN open_door > 0          THEN 'fail unauthenticated'
        WHEN shared_key > 0         THEN 'fail shared_key'
        WHEN shared_account > 0     THEN 'fail shared_account'
        WHEN persons > 1            THEN 'fail several_persons'
        WHEN unknown > 0            THEN 'undetermined caller_unknown'
        WHEN personal_key > 0       THEN 'pass one_owner'
        ELSE 'pass service' END AS ruling
    FROM caller
)
SELECT
    'object' AS subject_kind,
    subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'a service, or a key of one person' AS expected,
    concat(CAST(n AS VARCHAR), ' requests, ', CAST(persons AS VARCHAR), ' persons') AS actual,
    refs AS record_refs
FROM ruled
ORDER BY subject
