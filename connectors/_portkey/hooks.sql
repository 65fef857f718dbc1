-- What the guardrails of a config said of a request (before) or of an answer (after), as the answer carries it.
CREATE MACRO portkey_hooks(response, stage) AS COALESCE(TRY(from_json(json_extract(CASE WHEN json_valid(response) THEN response END,
    '$.hook_results.' || stage), '[{"id": "VARCHAR", "verdict": "VARCHAR", "transformed": "VARCHAR", "deny": "VARCHAR",
    "softDeny200": "VARCHAR"}]')), []);
-- Whether one of them refused, with a status of success or not.
CREATE MACRO portkey_refused(response, stage) AS len(list_filter(portkey_hooks(response, stage),
    lambda h: h.verdict = 'false' AND 'true' IN (h.deny, h.softDeny200))) > 0;
