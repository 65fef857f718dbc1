-- Who asked, as a policy of the gateway wrote it into a trace record after it had validated the token.
CREATE MACRO apim_trace(records, source) AS list_filter(COALESCE(from_json(
    CASE WHEN json_valid(records) THEN records END,
    '[{"source": "VARCHAR", "metadata": "MAP(VARCHAR, VARCHAR)"}]'), []), lambda t: t.source = source)[1].metadata;
CREATE MACRO apim_path(url) AS nz('/' || regexp_extract(url, '^[a-zA-Z]+://[^/?#]*/([^?#]*)', 1));
CREATE MACRO apim_model(url) AS nz(regexp_extract(url, '/deployments/([^/?#]+)', 1));
-- Refused by a policy before the model was asked, or not.
CREATE MACRO apim_outcome(code, backend, ok) AS CASE
    WHEN code IN (401, 403, 429) AND COALESCE(backend, 0) = 0 THEN 'denied'
    WHEN ok = 'true' OR COALESCE(backend, 0) BETWEEN 200 AND 599 THEN 'forwarded'
    WHEN code IS NOT NULL THEN 'no_response' ELSE 'unknown' END;
-- A time of a table; in the portal's export the column, and not the time, says that it is UTC.
CREATE MACRO apim_time(t) AS COALESCE(
    utc(t), TRY_STRPTIME(trim(t), ['%m/%d/%Y, %I:%M:%S.%g %p', '%m/%d/%Y, %I:%M:%S %p']));
