/*---
id: admin_actions_attributed
ref: AC-06
title: Every change of the configuration was made by one known person with an active account
grain: period
subject_kind: object
population: >
  Every successful change in the period of the configuration of a gateway or a model service that its administrative log
  records.
exclusions:
  - Changes at an identity provider, of which many are made by programs that provision accounts; memberships and the
    states of accounts are tested where they matter.
  - Readings (read_only); they change nothing.
severity: high
needs: [admin_log]
why: >
  Whoever can change the rules can lift every other control.
limits: >
  Whether the person was meant to have the right, and whether the change was approved, is not compared here.
reasons:
  known_person: Made by one person whose account was enabled then.
  nobody_known: Nobody in the directory or the declared list had this name then.
  account_closed: The account was disabled or deleted then.
  several_persons: The name could mean more than one person then.
  outcome_unknown: It is not known whether the change took effect.
  read_only: A reading.
---*/
WITH of_gateway AS (
    SELECT e.* FROM admin_event AS e
    WHERE NOT EXISTS (SELECT 1 FROM cfg_source AS s
        WHERE s.source_id = e.source_id AND s.role IN ('idp', 'directory', 'people'))
), named AS (
    SELECT e.source_id, e.native_id, e.ordinal, count(DISTINCT a.person_id) AS persons, min(a.person_id) AS person_id,
        count(*) FILTER (WHERE a.ambiguous) AS ambiguous
    FROM of_gateway AS e
    LEFT JOIN person_alias AS a ON (a.alias = e.actor_email OR a.alias = lower(e.actor))
        AND a.valid_from <= e.event_time AND a.valid_to > e.event_time
    GROUP BY e.source_id, e.native_id, e.ordinal
), ruled AS (
    SELECT e.*, n.persons, CASE
        WHEN e.action = 'read'                              THEN 'not_applicable read_only'
        WHEN e.outcome = 'unknown'                          THEN 'undetermined outcome_unknown'
        WHEN n.persons = 0                                  THEN 'fail nobody_known'
        WHEN n.persons > 1 OR n.ambiguous > 0               THEN 'undetermined several_persons'
        WHEN EXISTS (SELECT 1 FROM account_interval AS i WHERE i.person_id = n.person_id AND i.state <> 'enabled'
            AND i.valid_from <= e.event_time AND i.valid_to > e.event_time) AND NOT EXISTS (SELECT 1
            FROM account_interval AS k WHERE k.person_id = n.person_id AND k.state = 'enabled'
            AND k.valid_from <= e.event_time AND k.valid_to > e.event_time)     THEN 'fail account_closed'
        ELSE 'pass known_person' END AS ruling
    FROM of_gateway AS e
    JOIN named AS n ON n.source_id = e.source_id AND n.native_id = e.native_id AND n.ordinal = e.ordinal
    CROSS JOIN param AS p
    WHERE e.outcome <> 'failure' AND e.event_time >= p.period_from AND e.event_time < p.period_to
)
SELECT
    'object' AS subject_kind,
    concat(source_id, '/', native_id, '/', CAST(ordinal AS VARCHAR)) AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'made by one known person with an active account' AS expected,
    concat(action, ' of ', coalesce(object_type, 'an object'), ' at ', CAST(event_time AS VARCHAR), ', ',
        CAST(persons AS VARCHAR), ' persons of that name') AS actual,
    locator AS record_refs
FROM ruled
ORDER BY subject
