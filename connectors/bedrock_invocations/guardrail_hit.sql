-- A guardrail of Bedrock that stepped in; the answer does not say in one word whether it blocked or masked.
SELECT r.record_no,
       r.s.requestId AS native_id,
       utc(r.s."timestamp") AS event_time,
       r.s."timestamp" AS event_time_raw,
       r.s.requestId AS exchange_ref,
       'guardrail' AS rule_name,
       'logged' AS action
FROM record AS r
WHERE json_extract_string(r.s.output.outputBodyJson, '$."amazon-bedrock-guardrailAction"') = 'INTERVENED'
   OR json_extract_string(r.s.output.outputBodyJson, '$.stopReason') = 'guardrail_intervened'
