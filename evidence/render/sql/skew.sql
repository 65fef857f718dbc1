-- How far the clocks are apart, and how that is known.
SELECT s.source_id, s.reference_source, s.method, s.pairs, s.median_us, s.p99_abs_us, s.tolerance_us, s.anchor,
       coalesce(s.unmet, 0) AS unmet,
       string_agg(DISTINCT a.declared_by || ': ' || a.reason, '; ' ORDER BY a.declared_by || ': ' || a.reason) AS reason
FROM skew AS s
LEFT JOIN cfg_anchor AS a ON a.source_id = s.source_id AND a.reference_source = s.reference_source
GROUP BY ALL
ORDER BY s.source_id, s.reference_source
