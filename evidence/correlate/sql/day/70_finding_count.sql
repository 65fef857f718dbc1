-- Sensitive values that count: not the known test values, not what policy allows, not the echo of a value already
-- counted.
CREATE OR REPLACE TABLE w_finding_count AS
SELECT x.x_no,
       count(*) FILTER (WHERE f.field = 'prompt') AS prompt_findings,
       count(*) FILTER (WHERE f.field = 'response') AS response_findings
FROM finding AS f
INNER JOIN w_x AS x ON x.source_id = f.source_id AND x.native_id = f.exchange_ref
WHERE coalesce(f.flag, 'partial') = 'partial'
GROUP BY x.x_no;
