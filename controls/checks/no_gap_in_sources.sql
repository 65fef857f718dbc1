/*---
id: no_gap_in_sources
ref: LG-02
title: Every source covers the whole period without a gap
grain: period
subject_kind: source
population: Every stream of every source that evidence.yaml requires.
exclusions:
  - Sources that evidence.yaml does not require (optional).
  - Snapshots of a directory, of settings or of a list (snapshot); they show a state, not events, and what is made of them
    says its basis.
severity: high
needs: []
why: >
  What was not logged cannot be found by looking. A deviation may hide in a gap; no count is sure before the gaps are known.
limits: >
  Coverage is what exports, receipts and the sources themselves declare, and what their contents contradict. A source that
  lost records and does not know it looks whole, unless another source speaks of them.
reasons:
  covered: The stream covers the whole period.
  gap: Somewhere in the period the stream has nothing, or the source says that something is missing.
  pending: The source delivers late; part of the period is not final yet.
  unreadable: Records of the time could not be read; what they would have said is not known.
  unknown: Nothing says whether the stream is complete over the whole period.
  nothing_received: The source is required, and nothing of it was received.
  snapshot: The stream is a snapshot, which has no gaps.
  optional: evidence.yaml does not require this source.
---*/
WITH received AS (
    SELECT source_id, count(*) AS files FROM file GROUP BY source_id
), piece AS (
    SELECT s.source_id, s.required, s.role, r.files, k.stream, p.period_from, p.period_to,
        count(*) FILTER (WHERE k.state = 'gap' AND k.reason <> 'unreadable_records') AS gaps,
        count(*) FILTER (WHERE k.state = 'gap' AND k.reason = 'unreadable_records') AS unreadable,
        count(*) FILTER (WHERE k.state = 'pending') AS pending,
        count(*) FILTER (WHERE k.state = 'unknown') AS unknown,
        min(CASE WHEN k.state = 'gap' THEN k.from_time END) AS first_gap,
        min(CASE WHEN k.state = 'gap' THEN k.reason END) AS gap_reason,
        coalesce(sum(CASE WHEN k.state = 'covered' THEN epoch_us(least(k.to_time, p.period_to))
            - epoch_us(greatest(k.from_time, p.period_from)) ELSE 0 END), 0) AS covered_us
    FROM cfg_source AS s
    CROSS JOIN param AS p
    LEFT JOIN received AS r ON r.source_id = s.source_id
    LEFT JOIN coverage AS k
        ON k.source_id = s.source_id AND k.from_time < p.period_to AND k.to_time > p.period_from
    GROUP BY s.source_id, s.required, s.role, r.files, k.stream, p.period_from, p.period_to
), ruled AS (
    SELECT piece.*, CASE
        WHEN NOT required                                                               THEN 'not_applicable optional'
        WHEN files IS NULL                                                              THEN 'fail nothing_received'
        WHEN stream IS NULL OR role IN ('directory', 'people')                          THEN 'not_applicable snapshot'
        WHEN gaps > 0                                                                   THEN 'fail gap'
        WHEN unreadable > 0                                                             THEN 'undetermined unreadable'
        WHEN pending > 0                                                                THEN 'undetermined pending'
        WHEN unknown > 0 OR covered_us < epoch_us(period_to) - epoch_us(period_from)    THEN 'undetermined unknown'
        ELSE 'pass covered' END AS ruling
    FROM piece
)
SELECT
    'source' AS subject_kind,
    concat(source_id, coalesce('/' || stream, '')) AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    concat('covered from ', CAST(period_from AS VARCHAR), ' to ', CAST(period_to AS VARCHAR)) AS expected,
    concat(CAST(gaps + unreadable AS VARCHAR), ' gaps', coalesce(', the first from ' || CAST(first_gap AS VARCHAR) || ' ('
        || replace(gap_reason, '_', ' ') || ')', ''), ', ', CAST(pending AS VARCHAR), ' pending, ', CAST(unknown AS VARCHAR),
        ' unknown, ', CAST(covered_us // 3600000000 AS VARCHAR), ' hours covered') AS actual,
    '' AS record_refs
FROM ruled
ORDER BY subject
