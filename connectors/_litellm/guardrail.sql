-- What LiteLLM's records of a request share. Guardrails are a list, or a single object in older versions, on the record
-- or in its metadata. Times are seconds since 1970 in payloads and texts without a zone in the table.
CREATE MACRO litellm_time(t, zone) AS COALESCE(epoch_utc(t), local_utc(t, COALESCE(zone, 'UTC')));
CREATE MACRO litellm_list(t) AS CASE WHEN NOT json_valid(t) THEN NULL WHEN t LIKE '[%' THEN t
    WHEN t LIKE '{%' THEN '[' || t || ']' END;
CREATE MACRO litellm_guardrails(own, of_metadata) AS COALESCE(from_json(
    COALESCE(litellm_list(own), litellm_list(of_metadata)),
    '[{"guardrail_name": "VARCHAR", "guardrail_provider": "VARCHAR", "guardrail_mode": "VARCHAR",
       "guardrail_status": "VARCHAR", "masked_entity_count": "MAP(VARCHAR, VARCHAR)"}]'), []);
-- Which side a mode looks at. Masking for logs alone changes neither.
CREATE MACRO litellm_side(mode) AS CASE WHEN contains(mode, 'logging_only') THEN NULL
    WHEN contains(mode, 'post_') THEN 'output' WHEN nz(mode) IS NOT NULL THEN 'input' END;
-- A mode of both sides has one counter for the two.
CREATE MACRO litellm_direction(mode) AS CASE WHEN litellm_side(mode) = 'output' AND regexp_matches(mode, 'pre_|during_')
    THEN 'unclear' ELSE litellm_side(mode) END;
