/*---
id: mandatory_log_fields
ref: LG-01
title: Every record of a request says who, when, over which connection and what
grain: interaction
subject_kind: interaction
population: Every request that reached the gateway in the period.
exclusions:
  - Requests that only the vendor saw (not_through_gateway).
severity: high
needs: [identity]
why: >
  A log that leaves out who or what is of no use on the day it is needed.
limits: >
  The network address of the caller is not demanded here: not every gateway records it. Each source's page in the report
  says whether it does. The time is always there, since a record without one is rejected and counted. Whether the response is
  recorded is tested by recording_complete.
reasons:
  complete: User, time, connection and activity are there.
  field_missing: One of them is missing.
  not_through_gateway: Only the vendor's records show this request.
  boundary: The request may lie outside the period.
  not_evidenced: The source does not record who asked.
---*/
WITH field AS (
    SELECT c.interaction_id, concat(
        CASE WHEN coalesce(c.subject, c.subject_email) IS NULL THEN ' user' ELSE '' END,
        CASE WHEN c.connection IS NULL THEN ' connection' ELSE '' END,
        CASE WHEN c.interaction_kind = 'exchange' AND coalesce(c.route, c.prompt_sha256) IS NULL THEN ' activity' ELSE '' END
        ) AS missing
    FROM chain AS c
), ruled AS (
    SELECT c.interaction_id, c.record_refs, f.missing, CASE
        WHEN c.interaction_kind = 'usage_request'   THEN 'not_applicable not_through_gateway'
        WHEN c.in_period = 'boundary'               THEN 'undetermined boundary'
        WHEN can.source_id IS NULL                  THEN 'undetermined not_evidenced'
        WHEN f.missing <> ''                        THEN 'fail field_missing'
        ELSE 'pass complete' END AS ruling
    FROM chain AS c
    JOIN field AS f ON f.interaction_id = c.interaction_id
    LEFT JOIN cfg_capability AS can ON can.source_id = c.source_id AND can.capability = 'identity'
)
SELECT
    'interaction' AS subject_kind,
    interaction_id AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'user, time, connection, activity' AS expected,
    CASE WHEN missing = '' THEN 'all are there' ELSE 'missing:' || missing END AS actual,
    record_refs
FROM ruled
ORDER BY subject
