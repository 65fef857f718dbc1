/*---
id: session_recording_kept
ref: LG-09
title: No recording of a session is lost
grain: period
subject_kind: object
population: Every session in the period of which the gateway made a recording, kept or not.
exclusions: []
severity: medium
needs: [response]
why: >
  A session without its recording may have carried any request: who approved it and what came back will never be known.
limits: >
  Sees only what the gateway admits to have lost. How many requests passed in such a session is unknown, so that none of
  them is in the count of any other check.
reasons:
  kept: The recording is there.
  lost: The gateway kept the session but not its recording.
  not_evidenced: The source does not record responses.
---*/
WITH ruled AS (
    SELECT s.*, CASE
        WHEN can.source_id IS NULL      THEN 'undetermined not_evidenced'
        WHEN s.recording = 'lost'       THEN 'fail lost'
        ELSE 'pass kept' END AS ruling
    FROM session AS s
    CROSS JOIN param AS p
    LEFT JOIN cfg_capability AS can ON can.source_id = s.source_id AND can.capability = 'response'
    WHERE s.recording IN ('recorded', 'lost') AND s.event_time >= p.period_from AND s.event_time < p.period_to
)
SELECT
    'object' AS subject_kind,
    concat(source_id, '/', native_id) AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'a recording that is kept' AS expected,
    concat('recording ', recording, ', session over ', coalesce(connection, 'an unknown connection'), ' from ',
        CAST(event_time AS VARCHAR)) AS actual,
    locator AS record_refs
FROM ruled
ORDER BY subject
