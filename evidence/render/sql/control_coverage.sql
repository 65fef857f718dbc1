-- The sentence under the matrix: how much of the framework logs can speak about.
SELECT
    count(*) AS controls,
    count(*) FILTER (WHERE testability = 'T') AS testable,
    count(*) FILTER (WHERE testability = 'P') AS in_part,
    count(*) FILTER (WHERE testability = 'S') AS by_package,
    count(*) FILTER (WHERE testability = 'N') AS not_from_logs,
    count(*) FILTER (WHERE NOT applicable) AS excluded,
    count(*) FILTER (WHERE testability IN ('T', 'P', 'S') AND applicable
                     AND operating NOT IN ('not_tested', 'error')) AS concluded
FROM control_result
