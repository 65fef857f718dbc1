-- What a span of a client of Copilot is about: a prompt (the agent was invoked) or a request to a model; else neither.
CREATE MACRO copilot_operation(attributes) AS COALESCE(otel_map(attributes)['gen_ai.operation.name'], '');
CREATE MACRO copilot_asks(attributes) AS copilot_operation(attributes) IN ('invoke_agent', 'chat', 'text_completion', 'embeddings');
-- Its start: nanoseconds (OTLP), [seconds, nanoseconds] (the dump of the SDK), or any number since 1970.
CREATE MACRO copilot_at(s) AS COALESCE(epoch_utc(s.startTimeUnixNano), epoch_utc(s.startTime), epoch_utc(s.timestamp), utc(s.startTime),
    TRY(make_timestamp(CAST(json_extract_string(s.startTime, '$[0]') AS BIGINT) * 1000000
        + CAST(json_extract_string(s.startTime, '$[1]') AS BIGINT) // 1000)));
