/*---
id: rejected_not_executed
ref: AP-09
title: What was refused was not carried out
grain: period
subject_kind: approval
population: Every request for approval that was refused or taken back in the period.
exclusions: []
severity: critical
needs: [approval]
why: >
  A no that the system does not obey is worse than no question.
limits: >
  Sees what passed the gateway. The same thing asked again in other words is another request.
reasons:
  not_executed: Nothing that rests on the refused approval was forwarded.
  executed: A request that rests on the refused approval was forwarded.
  inferred_link: Something was forwarded that may rest on it; the tie is a guess by person and time.
  outcome_unknown: It is not known whether the request was forwarded.
  boundary: The only request that rests on it may lie outside the period.
---*/
WITH refused AS (
    SELECT a.source_id, a.native_id, a.status, min(a.event_time) AS asked, min(a.locator) AS locator
    FROM approval AS a CROSS JOIN param AS p
    WHERE a.status = 'rejected' AND a.event_time >= p.period_from AND a.event_time < p.period_to
        OR a.status IN ('rejected', 'revoked') AND EXISTS (SELECT 1 FROM chain AS c WHERE c.approval_verdict = 'rejected'
            AND c.approval_source_id = a.source_id AND c.approval_native_id = a.native_id)
    GROUP BY a.source_id, a.native_id, a.status
), judged AS (
    SELECT r.*, c.interaction_id, c.record_refs, CASE
        WHEN c.interaction_id IS NULL OR c.outcome IN ('denied', 'blocked', 'no_response')  THEN '0 pass not_executed'
        WHEN c.in_period = 'boundary'                                                       THEN '1 undetermined boundary'
        WHEN c.approval_link_method = 'inferred'                                            THEN '2 undetermined inferred_link'
        WHEN c.outcome = 'unknown'                                                          THEN '3 undetermined outcome_unknown'
        ELSE '4 fail executed' END AS ruling
    FROM refused AS r
    LEFT JOIN chain AS c ON c.approval_source_id = r.source_id AND c.approval_native_id = r.native_id
        AND c.approval_verdict = 'rejected'
), ruled AS (
    SELECT source_id, native_id, status, asked, max(ruling) AS ruling,
        count(*) FILTER (WHERE ruling <> '0 pass not_executed') AS n,
        string_agg(DISTINCT coalesce(record_refs, locator), ' ' ORDER BY coalesce(record_refs, locator)) AS refs
    FROM judged GROUP BY source_id, native_id, status, asked
)
SELECT
    'approval' AS subject_kind,
    concat(source_id, '/', native_id) AS subject,
    split_part(ruling, ' ', 2) AS verdict,
    split_part(ruling, ' ', 3) AS reason,
    'nothing forwarded on a refused approval' AS expected,
    concat(status, ', asked at ', CAST(asked AS VARCHAR), ', ', CAST(n AS VARCHAR), ' requests forwarded or unclear') AS actual,
    refs AS record_refs
FROM ruled
ORDER BY subject
