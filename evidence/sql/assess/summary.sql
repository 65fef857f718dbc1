-- The figures of one check. The digest is over the sorted subjects of the population, a line each, as in the package's
-- list of that population: whoever holds the list can see that nobody was left out.
SELECT
    count(*) FILTER (WHERE verdict <> 'not_applicable') AS population,
    count(*) FILTER (WHERE verdict = 'pass') AS passed,
    count(*) FILTER (WHERE verdict = 'fail' AND exception_id IS NULL) AS failed,
    count(*) FILTER (WHERE verdict = 'fail' AND exception_id IS NOT NULL) AS approved,
    count(*) FILTER (WHERE verdict = 'undetermined') AS undetermined,
    count(*) FILTER (WHERE verdict = 'not_applicable') AS left_out,
    sha256(coalesce(string_agg(subject, chr(10) ORDER BY subject) FILTER (WHERE verdict <> 'not_applicable')
        || chr(10), '')) AS population_sha256
FROM check_result
WHERE check_id = $check_id
