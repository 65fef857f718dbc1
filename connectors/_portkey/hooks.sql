-- Text of a list: of a JSON array its elements, else the text itself.
CREATE MACRO portkey_list(t) AS CASE WHEN t LIKE '[%' THEN TRY(from_json(json_text(t), '["VARCHAR"]')) WHEN nz(t) IS NOT NULL THEN [t] END;
-- An entry, by the vendor's names (older ones have a dot in them) or by those that evidence.yaml gives its columns.
CREATE MACRO portkey_entry(s, m, hash) AS {
    id: COALESCE(nz(m['id']), nz(s.id), hash), created_at: COALESCE(nz(m['created_at']), nz(s.created_at)),
    trace_id: COALESCE(nz(m['trace_id']), nz(s.trace_id)), ai_org: COALESCE(nz(m['ai_org']), nz(s.ai_org)),
    ai_model: COALESCE(nz(m['ai_model']), nz(s.ai_model)),
    req_units: TRY_CAST(COALESCE(nz(m['req_units']), s.req_units) AS BIGINT),
    res_units: TRY_CAST(COALESCE(nz(m['res_units']), s.res_units) AS BIGINT),
    took_us: TRY_CAST(TRY_CAST(COALESCE(nz(m['response_time']), s.response_time) AS DECIMAL(18, 3)) * 1000 AS BIGINT),
    status: COALESCE(nz(m['response_status_code']), nz(s.response_status_code)),
    success: CASE WHEN lower(COALESCE(nz(m['is_success']), s.is_success)) IN ('true', '1') THEN true
                  WHEN lower(COALESCE(nz(m['is_success']), s.is_success)) IN ('false', '0') THEN false END,
    response: COALESCE(nz(m['response']), nz(s."response.body"), s.response),
    metadata: json_text(COALESCE(nz(m['metadata']), s.metadata)),
    keys: portkey_list(s."metadata.key"), vals: portkey_list(s."metadata.value")};
-- What the guardrails of a config said of a request (before) or of an answer (after), as the answer carries it.
CREATE MACRO portkey_hooks(response, stage) AS COALESCE(TRY(from_json(COALESCE(
    json_extract(json_text(response), '$.hook_results.' || stage), json_extract(json_text(response), '$.body.hook_results.' || stage)),
    '[{"id": "VARCHAR", "verdict": "VARCHAR", "transformed": "VARCHAR", "deny": "VARCHAR",
    "softDeny200": "VARCHAR"}]')), []);
-- Whether one of them refused, with a status of success or not.
CREATE MACRO portkey_refused(response, stage) AS len(list_filter(portkey_hooks(response, stage),
    lambda h: h.verdict = 'false' AND 'true' IN (h.deny, h.softDeny200))) > 0;
