-- What a span of a client of Copilot is about: a prompt (the agent was invoked) or a request to a model; else neither.
CREATE MACRO copilot_operation(attributes) AS COALESCE(otel_map(attributes)['gen_ai.operation.name'], '');
CREATE MACRO copilot_asks(attributes) AS copilot_operation(attributes) IN ('invoke_agent', 'chat', 'text_completion', 'embeddings');
-- Whose program it was: an object or a list of typed values (OTLP), or the pairs of the SDK's dump.
CREATE MACRO copilot_surface(s) AS COALESCE(nz(otel_map(s.resource.attributes)['service.name']),
    nz(otel_map(s.log_resource.attributes)['service.name']),
    TRY(list_filter(from_json(s.resource._rawAttributes, '[["VARCHAR"]]'), lambda p: p[1] = 'service.name')[1][2]),
    nz(s.instrumentationScope.name), 'unnamed');
-- A record of a program that has a name, but none of Copilot's, and whose attributes do not speak of Copilot either; so is
-- one without a name in the shapes that only SDKs of other languages write.
CREATE MACRO copilot_not(s) AS NOT contains(lower(COALESCE(s.attributes, '')), 'copilot')
    AND CASE copilot_surface(s) WHEN 'unnamed' THEN COALESCE(s.context, s.trace_id, s.event_name) IS NOT NULL
        ELSE NOT contains(lower(copilot_surface(s)), 'copilot') END;
CREATE MACRO copilot_own(name, attributes) AS COALESCE(regexp_matches(name, '^(vs-copilot|copilot-chat|github-copilot)'), false)
    OR COALESCE(regexp_matches(attributes, '"(copilot_chat|github\.copilot)\.'), false);
-- Seconds and nanoseconds in a list, as the SDK dumps a time.
CREATE MACRO copilot_pair(t) AS TRY(make_timestamp(CAST(json_extract_string(t, '$[0]') AS BIGINT) * 1000000
    + CAST(json_extract_string(t, '$[1]') AS BIGINT) // 1000));
-- Its start: nanoseconds (OTLP), [seconds, nanoseconds] (the dump of the SDK), or any number since 1970.
CREATE MACRO copilot_at(s) AS COALESCE(epoch_utc(s.startTimeUnixNano), epoch_utc(s.startTime), epoch_utc(s.timestamp), utc(s.startTime),
    copilot_pair(s.startTime));
-- When a log event was written: by its own clock, else by whoever took it.
CREATE MACRO copilot_logged(s) AS COALESCE(epoch_utc(NULLIF(s.timeUnixNano, '0')), epoch_utc(NULLIF(s.observedTimeUnixNano, '0')),
    copilot_pair(s.hrTime), epoch_utc(s.timestamp), utc(s.timestamp));
