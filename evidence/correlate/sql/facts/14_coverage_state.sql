-- One state per piece, the first that applies: a window that says it is incomplete is a gap, and so is the time around
-- records that could not be read; what has not settled is pending; a pull receipt or the vendor's own report day
-- covers; records cover their day; what a source leaves out of the windows it declares is a gap in all its streams; a
-- declared window covers unless a busy stream is silent; without any window silence is a gap where the stream is busy,
-- else unknown.
CREATE OR REPLACE TABLE w_coverage_state AS
WITH windowed AS (
    SELECT p.source_id, p.stream, p.from_time,
           max(CASE WHEN NOT w.complete AND w.basis <> 'content' THEN coalesce(w.reason, 'declared_incomplete') END)
               AS said_gap,
           max(CASE WHEN NOT w.complete AND w.basis = 'content' THEN w.reason END) AS seen_gap,
           max(CASE WHEN w.complete THEN CASE w.basis WHEN 'receipt' THEN 4 WHEN 'report_day' THEN 3
                                              WHEN 'declared' THEN 2 ELSE 1 END END) AS basis_rank
    FROM w_coverage_piece AS p
    INNER JOIN w_window AS w
        ON w.source_id = p.source_id AND w.stream = p.stream
        AND w.event_time < p.to_time AND w.end_time > p.from_time
    GROUP BY p.source_id, p.stream, p.from_time
), declares AS (
    SELECT DISTINCT s.source_id, s.stream
    FROM w_stream AS s INNER JOIN w_window AS w ON w.source_id = s.source_id AND w.stream = s.stream
    WHERE w.complete AND w.basis = 'declared'
), known AS (
    SELECT p.source_id, p.stream, p.from_time, p.to_time, coalesce(w.said_gap, w.seen_gap) AS gap_reason,
           w.said_gap IS NULL AS seen_only, w.basis_rank, coalesce(r.records, 0) AS records,
           coalesce(b.records * p.inside_us >= 8 * b.days * 86400000000, FALSE) AS busy,
           d.source_id IS NOT NULL AND coalesce(w.basis_rank, 1) = 1 AND coalesce(r.records, 0) = 0 AS left_out,
           p.to_time > plus_us(q.reference_time, -coalesce(s.settling_us, 0)) AS unsettled
    FROM w_coverage_piece AS p
    CROSS JOIN param AS q
    LEFT JOIN cfg_source AS s ON s.source_id = p.source_id
    LEFT JOIN windowed AS w ON w.source_id = p.source_id AND w.stream = p.stream AND w.from_time = p.from_time
    LEFT JOIN declares AS d ON d.source_id = p.source_id AND d.stream = p.stream
    LEFT JOIN w_stream_day AS r ON r.source_id = p.source_id AND r.stream = p.stream AND r.day = p.day
    LEFT JOIN w_baseline AS b
        ON b.source_id = p.source_id AND b.stream = p.stream AND b.day_class = p.day_class
)
SELECT k.source_id, k.stream, k.from_time, k.to_time,
       CASE WHEN k.gap_reason IS NOT NULL THEN 'gap' WHEN k.unsettled THEN 'pending'
            WHEN k.basis_rank >= 3 OR k.records > 0 OR (k.basis_rank = 2 AND NOT k.busy) THEN 'covered'
            WHEN k.left_out OR k.busy OR k.basis_rank = 2 THEN 'gap' ELSE 'unknown' END AS state,
       CASE WHEN k.gap_reason IS NOT NULL AND k.seen_only THEN 'content'
            WHEN k.gap_reason IS NOT NULL OR k.left_out AND NOT k.unsettled THEN 'declared'
            ELSE CASE coalesce(k.basis_rank, CASE WHEN k.records > 0 THEN 1 ELSE 0 END) WHEN 4 THEN 'receipt'
                 WHEN 3 THEN 'report_day' WHEN 2 THEN 'declared' WHEN 1 THEN 'content' ELSE 'none' END END AS basis,
       CASE WHEN k.gap_reason IS NOT NULL THEN k.gap_reason WHEN k.unsettled THEN 'settling'
            WHEN k.records > 0 THEN 'records_present' WHEN k.basis_rank >= 3 THEN 'complete_without_records'
            WHEN k.left_out THEN 'left_out_of_declaration'
            WHEN k.busy THEN 'silent_against_baseline' WHEN k.basis_rank = 2 THEN 'complete_without_records'
            ELSE 'too_few_records' END AS reason
FROM known AS k;
