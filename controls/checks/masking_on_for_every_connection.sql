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
), answer AS (
    SELECT u.connection, s.event_time, s.masking_enabled AS is_on, s.locator,
        s.event_time >= p.period_from AND s.event_time < p.period_to AS inside,
        max(CASE WHEN s.event_time <= u.first_time THEN s.event_time END) OVER (PARTITION BY u.connection) AS before_time,
        min(CASE WHEN s.event_time >= u.last_time THEN s.event_time END) OVER (PARTITION BY u.connection) AS after_time
    FROM used AS u CROSS JOIN param AS p JOIN connection_snapshot AS s ON s.connection = u.connection
), folded AS (
    SELECT connection, count(*) AS answers,
        count(*) FILTER (WHERE inside AND NOT is_on) AS off,
        count(*) FILTER (WHERE inside AND is_on IS NULL) AS unknown,
        bool_and(is_on) FILTER (WHERE event_time = before_time) AS on_before,
        bool_and(is_on) FILTER (WHERE event_time = after_time) AS on_after,
        min(CASE WHEN NOT is_on THEN event_time END) AS first_off,
        string_agg(DISTINCT locator, ' ' ORDER BY locator) AS refs
    FROM answer GROUP BY connection
), ruled AS (
    SELECT u.*, f.answers, f.first_off, f.refs, CASE
        WHEN NOT coalesce(r.required, true)             THEN 'not_applicable not_required'
        WHEN f.answers IS NULL                          THEN 'undetermined not_evidenced'
        WHEN f.off > 0                                  THEN 'fail switched_off'
        WHEN f.unknown > 0                              THEN 'undetermined state_unknown'
        WHEN f.on_before AND f.on_after                 THEN 'pass always_on'
        WHEN NOT f.on_before AND NOT f.on_after         THEN 'fail switched_off'
        ELSE 'undetermined not_bracketed' END AS ruling
    FROM used AS u
    LEFT JOIN rule AS r ON r.connection = u.connection AND r.place = 1
    LEFT JOIN folded AS f ON f.connection = u.connection
)
SELECT
    'connection' AS subject_kind,
    connection AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    concat('masking on from ', CAST(first_time AS VARCHAR), ' to ', CAST(last_time AS VARCHAR)) AS expected,
    concat(CAST(coalesce(answers, 0) AS VARCHAR), ' answers of the gateway', coalesce(', the first with masking off at '
        || CAST(first_off AS VARCHAR), ''), ', ', CAST(requests AS VARCHAR), ' requests') AS actual,
    coalesce(refs, '') AS record_refs
FROM ruled
ORDER BY subject
