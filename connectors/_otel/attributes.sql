-- Attributes of a span or a resource as a map from name to text: OTLP writes a list of typed values, exporters that write
-- a span per line an object.
CREATE MACRO otel_map(t) AS COALESCE(TRY(CASE WHEN t LIKE '{%' THEN from_json(t, '"MAP(VARCHAR, VARCHAR)"')
    ELSE map_from_entries(list_transform(from_json(t, '[{"key": "VARCHAR", "value": {"stringValue": "VARCHAR",
        "intValue": "VARCHAR", "doubleValue": "VARCHAR", "boolValue": "VARCHAR"}}]'),
        lambda a: {'k': a.key, 'v': COALESCE(a.value.stringValue, a.value.intValue, a.value.doubleValue, a.value.boolValue)}))
    END), MAP {});
-- Nanoseconds since 1970 as OTLP has them, or text.
CREATE MACRO otel_time(nanos, text) AS COALESCE(epoch_utc(nanos), utc(text));
-- What a model was asked for; spans around it (agents, tools) are not requests to a model.
CREATE MACRO otel_asks(a) AS COALESCE(a['gen_ai.operation.name'], a['llm.request.type'], 'chat')
    IN ('chat', 'completion', 'text_completion', 'generate_content', 'embeddings', 'embedding');
