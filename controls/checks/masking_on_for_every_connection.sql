/*---
id: masking_on_for_every_connection
ref: MK-03
title: Masking was switched on for every connection, all the while it was used
grain: period
subject_kind: connection
population: Every connection of the gateway that carried a request in the period.
exclusions:
  - Connections that evidence.yaml puts out of scope, or for which it requires no masking (not_required).
severity: critical
needs: [policy]
design: true
why: >
  A connection without masking is a hole that no reading of responses finds in time.
limits: >
  The setting is known at the instants at which the gateway was asked. It counts as on, or off, when it was so in the last
  answer before the first request and in the first answer after the last; a change and its undoing between two answers is
  not seen.
reasons:
  always_on: Switched on in every answer, before the first request and after the last.
  switched_off: Switched off in an answer within the period, or both before the first request and after the last.
  state_unknown: The gateway's answer does not say whether masking is on.
  not_bracketed: No answer before the first request, or none after the last, says that it was on.
  not_evidenced: The gateway was never asked about this connection.
  not_required: Not in scope, or no masking is required, by evidence.yaml.
---*/
WITH used AS (
    SELECT connection, min(event_time) AS first_time, max(event_time) AS last_time, count(*) AS requests
    FROM chain WHERE connection IS NOT NULL AND interaction_kind <> 'usage_request' GROUP BY connection
), rule AS (
    SELECT u.connection, r.in_scope AND r.masking_required AS required,
        row_number() OVER (PARTITION BY u.connection ORDER BY r.rank) AS place
    FROM used AS u JOIN cfg_connection AS r ON u.connection LIKE r.connection
), timeline AS (
    SELECT u.connection, u.first_time, u.last_time, u.requests, count(s.connection) AS answers,
        count(*) FILTER (WHERE s.event_time >= p.period_from AND s.event_time < p.period_to AND NOT s.masking_enabled) AS off,
        count(*) FILTER (WHERE s.event_time >= p.period_from AND s.event_time < p.period_to
            AND s.masking_enabled IS NULL AND s.connection IS NOT NULL) AS unknown,
        min(CASE WHEN NOT s.masking_enabled AND s.event_time >= p.period_from AND s.event_time < p.period_to
            THEN s.event_time END) AS first_off,
        max(CASE WHEN s.event_time <= u.first_time THEN s.event_time END) AS left_time,
        min(CASE WHEN s.event_time >= u.last_time THEN s.event_time END) AS right_time,
        coalesce(string_agg(DISTINCT s.locator, ' ' ORDER BY s.locator), '') AS refs
    FROM used AS u CROSS JOIN param AS p LEFT JOIN connection_snapshot AS s ON s.connection = u.connection
    GROUP BY u.connection, u.first_time, u.last_time, u.requests
), ruled AS (
    SELECT t.*, CASE
        WHEN NOT coalesce(r.required, true)                         THEN 'not_applicable not_required'
        WHEN t.answers = 0                                          THEN 'undetermined not_evidenced'
        WHEN t.off > 0                                              THEN 'fail switched_off'
        WHEN t.unknown > 0                                          THEN 'undetermined state_unknown'
        WHEN l.masking_enabled AND e.masking_enabled                THEN 'pass always_on'
        WHEN NOT l.masking_enabled AND NOT e.masking_enabled        THEN 'fail switched_off'
        ELSE 'undetermined not_bracketed' END AS ruling
    FROM timeline AS t
    LEFT JOIN rule AS r ON r.connection = t.connection AND r.place = 1
    LEFT JOIN (SELECT connection, event_time, bool_and(masking_enabled) AS masking_enabled
        FROM connection_snapshot GROUP BY connection, event_time) AS l ON l.connection = t.connection AND l.event_time = t.left_time
    LEFT JOIN (SELECT connection, event_time, bool_and(masking_enabled) AS masking_enabled
        FROM connection_snapshot GROUP BY connection, event_time) AS e ON e.connection = t.connection AND e.event_time = t.right_time
)
SELECT
    'connection' AS subject_kind, connection AS subject,
    split_part(ruling, ' ', 1) AS verdict, split_part(ruling, ' ', 2) AS reason,
    concat('masking on from ', CAST(first_time AS VARCHAR), ' to ', CAST(last_time AS VARCHAR)) AS expected,
    concat(CAST(answers AS VARCHAR), ' answers of the gateway, ', CAST(off AS VARCHAR), ' with masking off',
        coalesce(', the first at ' || CAST(first_off AS VARCHAR), ''), ', ', CAST(requests AS VARCHAR), ' requests') AS actual,
    refs AS record_refs
FROM ruled
ORDER BY subject
