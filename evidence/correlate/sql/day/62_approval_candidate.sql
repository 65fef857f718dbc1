-- What each candidate says of the request, by the instants alone: decided against forwarded, end, revocation, windows
-- of policy and of the time of day. Within the uncertainty of the clocks it is undetermined, never late.
CREATE OR REPLACE TABLE w_approval_candidate AS
WITH fact AS (
    SELECT c.x_no, c.place, c.method, a.approval_no, a.variant, a.state, a.complete, a.complete_at, a.ends_at,
           a.revoked_at, a.window_start, a.window_end, a.is_self, a.asked_at, x.event_time AS t, q.max_window_us,
           x.unsure_us + CASE WHEN a.source_id = x.source_id THEN 0
                              ELSE greatest(x.skew_us, coalesce(s.skew_us, 0)) END AS slack,
           strftime(x.event_time, '%H:%M') AS clock,
           coalesce(a.prompt_sha256 <> x.prompt_sha256, FALSE) AS other_prompt,
           a.approval_kind = 'onetime' AND coalesce(o.native_id <> x.native_id, FALSE) AS used_before
    FROM (SELECT * FROM w_approval_explicit UNION ALL SELECT * FROM w_approval_inferred) AS c
    INNER JOIN w_x AS x ON x.x_no = c.x_no
    INNER JOIN w_required AS q ON q.x_no = c.x_no
    INNER JOIN w_approval AS a ON a.approval_no = c.approval_no
    LEFT JOIN cfg_source AS s ON s.source_id = a.source_id
    LEFT JOIN w_onetime_use AS o ON o.source_id = a.source_id AND o.approval_id = a.native_id
), judged AS (
    SELECT f.*,
           CASE WHEN f.state = 'rejected' THEN 'rejected' WHEN f.other_prompt THEN 'missing'
                WHEN f.state = 'expired' OR f.t >= plus_us(f.ends_at, f.slack) THEN 'expired'
                WHEN f.t >= plus_us(f.revoked_at, f.slack) THEN 'revoked'
                WHEN f.used_before OR f.t >= plus_us(plus_us(f.complete_at, f.max_window_us), f.slack)
                     OR f.window_start <= f.window_end AND (f.clock < f.window_start OR f.clock >= f.window_end)
                     OR f.window_start > f.window_end AND f.clock < f.window_start AND f.clock >= f.window_end
                THEN 'outside_window'
                WHEN f.t < plus_us(f.complete_at, -f.slack) THEN 'late'
                WHEN f.complete AND f.variant = 'any' AND f.is_self THEN 'self'
                WHEN f.state IN ('evidence_lost', 'pending', 'undetermined') THEN f.state
                WHEN f.complete_at IS NULL OR f.t < plus_us(f.complete_at, f.slack)
                     OR f.t > plus_us(f.ends_at, -f.slack) OR f.t > plus_us(f.revoked_at, -f.slack)
                THEN 'undetermined' ELSE 'valid' END AS verdict
    FROM fact AS f
)
SELECT j.x_no, j.approval_no, j.place, j.method, j.t, j.complete_at, j.verdict, row_number() OVER (
    PARTITION BY j.x_no
    ORDER BY j.place, CASE j.verdict WHEN 'valid' THEN 1 WHEN 'pending' THEN 2 WHEN 'undetermined' THEN 3
                                     WHEN 'evidence_lost' THEN 4 WHEN 'self' THEN 5 WHEN 'late' THEN 6
                                     WHEN 'outside_window' THEN 7 WHEN 'revoked' THEN 8 WHEN 'expired' THEN 9
                                     WHEN 'missing' THEN 10 ELSE 11 END,
             j.asked_at DESC, j.variant DESC, j.approval_no) AS nth
FROM judged AS j;
