/*---
id: no_bypass
ref: LG-04
title: No use of the assistant passed beside the gateway
grain: period
subject_kind: usage
population: >
  Every row of the vendor's records of use in the period that is about a surface which must pass the gateway, or about
  one that evidence.yaml does not declare.
exclusions:
  - Surfaces that evidence.yaml allows natively, excludes, or calls not observable (out_of_scope).
  - Rows in which the vendor shows nothing that the gateway saw (vendor_saw_nothing); usage_seen_at_gateway tests them.
severity: critical
needs: [usage_request|usage_user_day]
why: >
  Every other figure is about what passed the gateway. This one says whether that is all there was.
limits: >
  Only what the vendor records by request, or bills by person and day, can prove a bypass (grades A and B). Telemetry
  (grade C) and whole periods (grade D) show use that is not evidenced at the gateway. Use under a private account is in
  no record of the organisation.
reasons:
  seen: The use is matched with, or covered by, what the same person did at the gateway.
  bypass: Use that must pass the gateway, proven at grade A or B, and nothing at the gateway.
  not_evidenced_at_gateway: Use by telemetry (grade C) or over a period (grade D), and nothing at the gateway.
  person_unknown: The vendor's name of the person is ambiguous, unknown or missing.
  not_assessable: The gateway or the vendor's records do not cover the time.
  pending: The vendor's figures for the day are not final.
  vendor_saw_nothing: The gateway saw use that this row does not show.
  out_of_scope: The surface need not pass the gateway, or cannot be observed.
  boundary: The row's day lies across the edge of the period.
---*/
WITH ruled AS (
    SELECT r.*, CASE
        WHEN r.verdict IN ('OUT_OF_SCOPE', 'NOT_OBSERVABLE')
            OR r.scope_rule IN ('native_allowed', 'excluded', 'not_observable')     THEN 'not_applicable out_of_scope'
        WHEN r.verdict = 'USAGE_SOURCE_GAP'                                         THEN 'not_applicable vendor_saw_nothing'
        WHEN r.event_time < p.period_from OR r.grain = 'user_day'
            AND r.event_time + INTERVAL 1 DAY > p.period_to                         THEN 'undetermined boundary'
        WHEN r.verdict IN ('MATCHED_ID', 'MATCHED_CONTENT', 'MATCHED_TIME', 'COVERED_BY_SESSION', 'PRESENT_BOTH')
                                                                                    THEN 'pass seen'
        WHEN r.verdict IN ('UNGATED_REQUEST', 'UNGATED_USER_DAY') AND r.grade IN ('A', 'B')     THEN 'fail bypass'
        WHEN r.verdict IN ('UNGATED_REQUEST', 'UNGATED_USER_DAY')       THEN 'undetermined not_evidenced_at_gateway'
        WHEN r.verdict IN ('AMBIGUOUS_IDENTITY', 'UNRESOLVED_IDENTITY')             THEN 'undetermined person_unknown'
        WHEN r.verdict = 'PENDING'                                                  THEN 'undetermined pending'
        ELSE 'undetermined not_assessable' END AS ruling
    FROM reconciliation AS r CROSS JOIN param AS p
    WHERE r.event_time < p.period_to AND (r.event_time >= p.period_from OR r.event_time + INTERVAL 1 DAY > p.period_from)
)
SELECT
    'usage' AS subject_kind,
    concat(source_id, '/', native_id, '/', CAST(ordinal AS VARCHAR)) AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'seen at the gateway: ' || replace(scope_rule, '_', ' ') AS expected,
    concat(surface, ' by ', replace(grain, '_', ' '), ' from ', CAST(event_time AS VARCHAR), ': ', lower(replace(verdict, '_',
        ' ')), coalesce(', grade ' || grade, ''), ' (', replace(reason, '_', ' '), '), ',
        CAST(gateway_exchanges AS VARCHAR), ' requests at the gateway') AS actual,
    locator AS record_refs
FROM ruled
ORDER BY subject
