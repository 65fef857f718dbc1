-- What a combined document covers: its instant, for accounts and for members of groups.
SELECT t.record_no, UNNEST(t.w)
FROM (SELECT r.record_no, UNNEST(document_window(r.s, r.record_hash, r.observed_at)) AS w FROM record AS r) AS t
