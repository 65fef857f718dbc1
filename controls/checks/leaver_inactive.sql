/*---
id: leaver_inactive
ref: ID-06
title: Nobody used the assistant after their account was disabled
grain: period
subject_kind: person
population: Every person who had a disabled or deleted account at some time of the period.
exclusions: []
severity: critical
needs: [account|directory]
why: >
  Whoever has left must not go on asking, neither through the gateway nor beside it.
limits: >
  Activity beside the gateway is seen by the day; the day on which the account was disabled does not count. A person
  with a second account that was enabled then is not a leaver.
reasons:
  inactive: Nothing was forwarded and nothing used after the account was disabled.
  active_after_leaving: Requests were forwarded, or the assistant was used, after the account was disabled.
  at_the_edge: The only activity is so near to the instant of disabling that clocks may explain it.
  since_when_unknown: There was activity, and the directory does not say since when the account was disabled.
  boundary: The only activity may lie outside the period.
---*/
WITH gone AS (
    SELECT a.person_id, a.valid_from, a.valid_to, a.basis FROM account_interval AS a CROSS JOIN param AS p
    WHERE a.state IN ('disabled', 'deleted') AND a.valid_from < p.period_to AND a.valid_to > p.period_from
), activity AS (
    SELECT c.person_id, c.event_time, c.in_period, c.time_uncertainty_us AS unsure_us, c.record_refs AS refs
    FROM chain AS c WHERE c.account_state IN ('disabled', 'deleted') AND c.outcome NOT IN ('denied', 'blocked')
    UNION ALL
    SELECT r.person_id, r.event_time, 'inside', 0, r.locator FROM reconciliation AS r
    WHERE r.verdict IN ('MATCHED_ID', 'MATCHED_CONTENT', 'MATCHED_TIME', 'COVERED_BY_SESSION', 'PRESENT_BOTH',
            'UNGATED_REQUEST', 'UNGATED_USER_DAY')
        AND NOT EXISTS (SELECT 1 FROM account_interval AS e WHERE e.person_id = r.person_id AND e.state = 'enabled'
            AND e.valid_from <= r.event_time AND e.valid_to > r.event_time)
), judged AS (
    SELECT g.person_id, a.event_time, a.refs, CASE
        WHEN a.event_time IS NULL                                               THEN '0 pass inactive'
        WHEN a.in_period = 'boundary'                                           THEN '1 undetermined boundary'
        WHEN g.basis = 'snapshot_only'                                          THEN '2 undetermined since_when_unknown'
        WHEN epoch_us(a.event_time) - epoch_us(g.valid_from) <= p.skew_us + a.unsure_us
                                                                                THEN '3 undetermined at_the_edge'
        ELSE '4 fail active_after_leaving' END AS ruling
    FROM gone AS g CROSS JOIN param AS p
    LEFT JOIN activity AS a ON a.person_id = g.person_id AND a.event_time >= g.valid_from AND a.event_time < g.valid_to
), person_ruled AS (
    SELECT person_id, max(ruling) AS ruling, count(event_time) AS n, min(event_time) AS first_time,
        coalesce(string_agg(DISTINCT refs, ' ' ORDER BY refs), '') AS refs
    FROM judged GROUP BY person_id
)
SELECT
    'person' AS subject_kind,
    person_id AS subject,
    split_part(ruling, ' ', 2) AS verdict,
    split_part(ruling, ' ', 3) AS reason,
    'no activity while the account is disabled' AS expected,
    CASE WHEN n = 0 THEN 'no activity'
        ELSE concat(CAST(n AS VARCHAR), ' activities, the first at ', CAST(first_time AS VARCHAR)) END AS actual,
    refs AS record_refs
FROM person_ruled
ORDER BY subject
