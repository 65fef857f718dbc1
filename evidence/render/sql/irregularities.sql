-- What inside covered time is not as it should be.
SELECT source_id, stream, kind, from_time, to_time, expected, found, example
FROM irregularity
ORDER BY source_id, stream, kind, from_time, example
