-- Rules that fired: the sanitizer on the request, a guard with a reason, a content category, a tool that was not allowed.
-- What they found is not taken over.
WITH logged AS (
    SELECT r.record_no, COALESCE(nz(r.s.request.id), r.record_hash) AS id, r.s.started_at AS raw_time, r.s.ai AS ai,
           COALESCE(r.s.ai.sanitizer, r.s.sanitizer) AS z,
           COALESCE(r.s.ai.audit.azure_content_safety, r.s.audit.azure_content_safety) AS safety
    FROM record AS r
), hit AS (
    SELECT l.record_no, l.id, l.raw_time, 'ai-sanitizer' AS rule_name, 'input' AS direction, 'masked' AS action
    FROM logged AS l WHERE TRY_CAST(l.z.pii_sanitized AS BIGINT) > 0
    UNION ALL
    SELECT l.record_no, l.id, l.raw_time, 'ai-sanitizer/left_over', 'input', 'warned'
    FROM logged AS l WHERE TRY_CAST(l.z.pii_identified AS BIGINT) > TRY_CAST(l.z.pii_sanitized AS BIGINT)
    UNION ALL
    SELECT l.record_no, l.id, l.raw_time, 'sanitizer_logs_originals', 'input', 'logged'
    FROM logged AS l WHERE len(l.z.sanitized_items) > 0
    UNION ALL
    SELECT l.record_no, l.id, l.raw_time, 'lakera-guard', 'input', 'blocked'
    FROM logged AS l WHERE nz(kong_guard(l.ai).input_block_reason) IS NOT NULL
    UNION ALL
    SELECT l.record_no, l.id, l.raw_time, 'lakera-guard', 'output', 'blocked'
    FROM logged AS l WHERE nz(kong_guard(l.ai).output_block_reason) IS NOT NULL
    UNION ALL
    SELECT l.record_no, l.id, l.raw_time, 'azure-content-safety/' || UNNEST(list_sort(map_keys(l.safety))), 'input', 'warned'
    FROM logged AS l
    UNION ALL
    SELECT l.record_no, l.id, l.raw_time, 'mcp/' || UNNEST(list_sort(list_distinct(list_transform(
               kong_denied(l.ai), lambda a: COALESCE(a.primitive_name, 'unnamed'))))), 'input', 'blocked'
    FROM logged AS l
)
SELECT h.record_no,
       h.id || '/' || h.rule_name || '/' || h.direction AS native_id,
       epoch_ms_utc(h.raw_time) AS event_time,
       h.raw_time AS event_time_raw,
       h.id AS exchange_ref,
       h.rule_name,
       h.direction,
       h.action
FROM hit AS h
WHERE nz(h.raw_time) IS NOT NULL
