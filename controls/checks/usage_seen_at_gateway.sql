/*---
id: usage_seen_at_gateway
ref: LG-04
title: Use that the gateway saw is in the vendor's records too
grain: period
subject_kind: usage
population: >
  Every row of the vendor's records of use in the period for a surface which must pass the gateway, on which the gateway
  saw the person too.
exclusions:
  - Rows without anything at the gateway; no_bypass tests them.
severity: medium
needs: [usage_request|usage_user_day]
why: >
  Records that miss what is known to have happened may miss a bypass as well: this measures how far they can be trusted.
limits: >
  A row that is missing says something of the vendor's records, not of the person. Telemetry that is switched off at the
  person's machine looks the same as telemetry that is late. It is never a deviation, and never a pass.
never: [fail]
reasons:
  in_both: The vendor shows the use that the gateway saw.
  vendor_saw_nothing: The gateway saw use on a day for which the vendor shows none.
  boundary: The row's day lies across the edge of the period.
---*/
WITH ruled AS (
    SELECT r.*, CASE
        WHEN r.event_time < p.period_from OR r.grain = 'user_day'
            AND r.event_time + INTERVAL 1 DAY > p.period_to     THEN 'undetermined boundary'
        WHEN r.verdict = 'USAGE_SOURCE_GAP'                     THEN 'undetermined vendor_saw_nothing'
        ELSE 'pass in_both' END AS ruling
    FROM reconciliation AS r CROSS JOIN param AS p
    WHERE r.scope_rule IN ('must_be_gated', 'undeclared') AND r.verdict IN ('USAGE_SOURCE_GAP', 'PRESENT_BOTH', 'MATCHED_ID',
            'MATCHED_CONTENT', 'MATCHED_TIME', 'COVERED_BY_SESSION')
        AND r.event_time < p.period_to AND (r.event_time >= p.period_from OR r.event_time + INTERVAL 1 DAY > p.period_from)
)
SELECT
    'usage' AS subject_kind,
    concat(source_id, '/', native_id, '/', CAST(ordinal AS VARCHAR)) AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'use in the records of the vendor and of the gateway' AS expected,
    concat(surface, ' by ', replace(grain, '_', ' '), ' from ', CAST(event_time AS VARCHAR), ': ', lower(replace(verdict, '_',
        ' ')), ', ', CAST(gateway_exchanges AS VARCHAR), ' requests at the gateway') AS actual,
    locator AS record_refs
FROM ruled
ORDER BY subject
