-- How far the clocks are apart, and how that is known.
SELECT source_id, reference_source, method, pairs, median_us, p99_abs_us, tolerance_us
FROM skew
ORDER BY source_id, reference_source
