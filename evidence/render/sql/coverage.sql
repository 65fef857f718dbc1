-- Which interval each stream of a source covers, clipped to the period for the calendar.
SELECT
    c.source_id, c.stream, c.from_time, c.to_time, c.state, c.basis, c.reason, c.records, c.late,
    greatest(epoch_us(c.from_time) - epoch_us(p.period_from), 0) AS left_us,
    least(epoch_us(c.to_time), epoch_us(p.period_to)) - epoch_us(p.period_from) AS right_us,
    epoch_us(p.period_to) - epoch_us(p.period_from) AS whole_us
FROM coverage AS c
CROSS JOIN param AS p
ORDER BY c.source_id, c.stream, c.from_time, c.to_time
